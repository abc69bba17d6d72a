/**
 * Installs packed packages as a stranger would: with npm, outside of the workspace, with `--engine-strict`, on the oldest Node
 * that they promise. Compiles the first program of the README with every strict flag of the compiler, runs one in plain
 * JavaScript, and `quorate` from the bin. Wants npm and the registry.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { engines, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')

/** The oldest Node that is promised, from `>=20.19`. */
const oldest = `${/^>=(\d+\.\d+)$/.exec(engines.node)[1]}.0`

const strict = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
  // Types of XState and of the NATS client want it with exactOptionalPropertyTypes.
  skipLibCheck: true,
  noEmit: true,
}

/** What is wrong with the tarballs once they are installed, in words. */
export function checkInstall(tarballs, folder) {
  const project = join(folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: strict, files: ['program.ts'] }))
  writeFileSync(join(project, 'program.ts'), firstProgram())
  copyFileSync(join(root, 'scripts/installed.mjs'), join(project, 'installed.mjs'))

  const node = oldestNode(folder)
  const npm = (...args) => run(node, [npmProgram(), ...args, '--no-audit', '--no-fund'], project)
  const bin = (...args) => run(node, [realpathSync(join(project, 'node_modules/.bin/quorate')), ...args], project)
  return [
    ...attempt(`npm install --engine-strict, on Node ${oldest}`, () => npm('install', '--engine-strict', ...tarballs)),
    ...attempt('the first program of the README, compiled', () => {
      npm('install', '--save-dev', `@types/node@${catalogued('@types/node')}`)
      run(join(root, 'node_modules/.bin/tsc'), ['-p', project], project)
    }),
    ...attempt(`plain JavaScript, on Node ${oldest}`, () => expectEnd(run(node, ['installed.mjs'], project), /^3$/)),
    ...attempt('quorate --version', () => expectEnd(bin('--version'), /^\d+\.\d+\.\d+$/)),
    ...attempt('quorate sim raft', () =>
      expectEnd(bin('sim', 'raft', '--runs', '1', '--minutes', '0.1', '--json'), /"runs":1/),
    ),
    ...attempt('quorate demo', () => expectEnd(bin('demo', '--json', '--input', 'installed.mjs'), /^\{"ok":true/)),
  ]
}

/** The first TypeScript of the README. */
function firstProgram() {
  const [, program] = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, 'README.md'), 'utf8'))
  return program
}

/** Node itself, from the registry. */
function oldestNode(folder) {
  const home = join(folder, 'node')
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{}')
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${oldest}`], home)
  return join(home, 'node_modules', name, 'bin', 'node')
}

/** The program of npm itself, which another Node shall run. */
function npmProgram() {
  const found = process.env.PATH.split(delimiter).map((directory) => join(directory, 'npm'))
  for (const path of found) {
    try {
      return realpathSync(path)
    } catch {
      // Not in this directory of the PATH.
    }
  }
  throw new Error('npm is not on the PATH')
}

function catalogued(name) {
  if (devDependencies[name] !== 'catalog:') throw new Error(`${name} is no development dependency of the catalog`)
  return new RegExp(`^ +'?${name}'?: (\\S+)$`, 'm').exec(catalog)[1]
}

/** Nothing, or what was tried and how it went. */
function attempt(what, act) {
  try {
    act()
    console.log(`ok   installed: ${what}`)
    return []
  } catch (error) {
    return [`${what}: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`]
  }
}

function expectEnd(output, pattern) {
  const last = output.trim().split('\n').at(-1)
  if (!pattern.test(last)) throw new Error(`expected ${pattern}, found ${last}`)
}

/** Child processes shall find the same Node. */
function run(command, args, cwd) {
  const path = command.startsWith('/') ? `${dirname(command)}${delimiter}${process.env.PATH}` : process.env.PATH
  return execFileSync(command, args, {
    cwd,
    env: { ...process.env, PATH: path },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
