import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** A block of code in a text for people. */
export interface Block {
  /** The file, from the root, and the number of the block among those of its language. */
  readonly name: string
  readonly code: string
}

/** What people read: at the root, in each package and its docs, and in each example. */
const texts = (): string[] => {
  const folders = ['packages', 'examples'].flatMap((parent) =>
    readdirSync(join(root, parent)).flatMap((name) => [`${parent}/${name}`, `${parent}/${name}/docs`]),
  )
  return ['.', ...folders, 'examples/new-role/presence']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => (folder === '.' ? name : `${folder}/${name}`)))
    .filter((path) => path.endsWith('.md'))
}

/** All blocks of a language. One that names a file after it is an excerpt of that file, and is compared with it elsewhere. */
export const blocksOf = (language: string): Block[] =>
  texts().flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
      ([, code = ''], at) => ({ name: `${path} ${at + 1}`, code }),
    ),
  )
