/**
 * Packs every package as it would be published and looks at the tarball: what is in it, publint, and
 * "are the types wrong". In CI, or with --install, installs all of them outside of the workspace too, and uses them. Writes
 * to a temporary folder only. Wants `tsc -b` to have run.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { checkInstall } from './installCheck.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const attw = join(root, 'node_modules/.bin/attw')

/** What a person who installs the package must find, and what is not theirs. */
const expected = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']
const unwanted = [/\.test\./, /\.tsbuildinfo$/, /^(?!package\.json$|README\.md$|LICENSE$|dist\/|src\/|proto\/)/]

const folder = mkdtempSync(join(tmpdir(), 'quorate-pack-'))
const problems = []
const tarballs = []
try {
  for (const name of readdirSync(join(root, 'packages'))) {
    const directory = join(root, 'packages', name)
    if (!existsSync(join(directory, 'package.json'))) continue
    const found = await check(directory)
    console.log(`${found.length === 0 ? 'ok  ' : 'FAIL'} @quorate/${name}`)
    for (const problem of found) console.log(`     ${problem}`)
    problems.push(...found)
  }
  if (process.env.CI || process.argv.includes('--install')) {
    const found = checkInstall(tarballs, folder)
    for (const problem of found) console.log(`FAIL installed: ${problem}`)
    problems.push(...found)
  } else console.log('not installed: that is done in CI, or with --install')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = problems.length === 0 ? 0 : 1

async function check(directory) {
  const packed = JSON.parse(run('pnpm', ['pack', '--json', '--pack-destination', folder], directory))
  tarballs.push(packed.filename)
  const files = packed.files.map(({ path }) => path)
  return [...checkFiles(directory, files), ...(await checkManifest(packed.filename)), ...checkTypes(packed.filename)]
}

function checkFiles(directory, files) {
  const missing = expected.filter((path) => !files.includes(path)).map((path) => `lacks ${path}`)
  const extra = files
    .filter((path) => unwanted.some((pattern) => pattern.test(path)))
    .map((path) => `should not hold ${path}`)
  // What tsc built from a source that is gone stays in dist.
  const stale = files
    .filter((path) => path.startsWith('dist/') && path.endsWith('.d.ts'))
    .filter((path) => !existsSync(join(directory, path.replace(/^dist/, 'src').replace(/\.d\.ts$/, '.ts'))))
    .map((path) => `holds ${path}, whose source is gone: delete dist and build again`)
  const strangers = files
    .filter((path) => path.endsWith('.d.ts') && existsSync(join(directory, path)))
    .flatMap((path) => strangersIn(directory, path))
  return [...missing, ...extra, ...stale, ...strangers]
}

/** Packages that a declaration names, and that whoever installs the package does not get. */
function strangersIn(directory, path) {
  const { name, dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(join(directory, 'package.json')))
  const known = [name, ...Object.keys(dependencies), ...Object.keys(peerDependencies)]
  const named = [...readFileSync(join(directory, path), 'utf8').matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)]
  const packages = new Set(named.map(([, module]) => module).filter((module) => !/^(?:\.|node:)/.test(module)))
  return [...packages]
    .filter((module) => !known.some((of) => module === of || module.startsWith(`${of}/`)))
    .map((module) => `names ${module} in ${path}, and does not depend on it`)
}

async function checkManifest(tarball) {
  const bytes = readFileSync(tarball)
  const { messages, pkg } = await publint({
    strict: true,
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
  })
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`)
}

function checkTypes(tarball) {
  try {
    run(attw, [tarball, '--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'ascii'], folder)
    return []
  } catch (error) {
    return [`attw: ${error.stdout}${error.stderr}`]
  }
}

function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
