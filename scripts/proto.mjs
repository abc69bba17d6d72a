// Writes packages/*/src/generated/NAME.ts from packages/*/proto/NAME.proto. With --check it writes nothing and fails when
// one of them is not current.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { generateCodec } from '../packages/core/dist/codegen/index.js'

const checks = process.argv.includes('--check')
const packages = fileURLToPath(new URL('../packages/', import.meta.url))
let stale = 0

for (const name of readdirSync(packages)) {
  const protos = `${packages}${name}/proto`
  if (!existsSync(protos)) continue
  for (const file of readdirSync(protos).filter((each) => each.endsWith('.proto'))) {
    const protocol = file.slice(0, -'.proto'.length)
    const importFrom = name === 'core' ? '../codec/runtime.js' : '@quorate/core'
    const folder = `${packages}${name}/src/generated`
    const target = `${folder}/${protocol}.ts`
    const wanted = generateCodec(readFileSync(`${protos}/${file}`, 'utf8'), {
      name: protocol,
      importFrom,
      command: 'pnpm proto',
    })
    if (existsSync(target) && readFileSync(target, 'utf8') === wanted) continue
    stale += 1
    const shown = `packages/${name}/src/generated/${protocol}.ts`
    if (checks) {
      console.error(`${shown} is not what ${file} says: run "pnpm proto" and commit it`)
    } else {
      mkdirSync(folder, { recursive: true })
      writeFileSync(target, wanted)
      console.log(`wrote ${shown}`)
    }
  }
}

if (checks && stale > 0) process.exitCode = 1
else if (stale === 0) console.log('all generated code is current')
