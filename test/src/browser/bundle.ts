import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build, defaultClientConditions, type Plugin } from 'vite'

/** What no browser has: who imports it is named. */
const withoutNode: Plugin = {
  name: 'without-node',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!source.startsWith('node:') && !builtinModules.includes(source)) return
    throw new Error(`${importer} imports ${source}, which no browser has`)
  },
}

/** The script of the page in one piece, from the sources: all of every package, whether it is used or not. */
export async function bundlePage(): Promise<string> {
  const output = await build({
    configFile: false,
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    logLevel: 'error',
    plugins: [withoutNode],
    resolve: { conditions: ['@quorate/source', ...defaultClientConditions] },
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      modulePreload: false,
      rollupOptions: { input: fileURLToPath(new URL('page.ts', import.meta.url)), treeshake: false },
    },
  })
  const [first] = Array.isArray(output) ? output : [output]
  if (!first || !('output' in first)) throw new Error('nothing was built')
  return first.output[0].code
}
