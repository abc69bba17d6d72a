import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { arch, cpus, platform, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startBus } from '../bus.js'
import type { Figure } from './field/section.js'
import { sections } from './field/sections.js'

const names = sections.map(({ name }) => name)

const usage = `What Quorate does in the field, each node a process with a disk that is synced. Takes a quarter of an hour.

Usage: pnpm bench:field [--only NAME,...] [--quick] [--json]

${sections.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`).join('\n')}

  --only NAME,...  only these sections
  --quick          less of everything, to see that it runs
  --json           one line of JSON: { machine, date, quick, figures: { NAME: [{ name, value, unit, max }] } }
  --help           this text

Ends with 1 when a figure is above its bound. Set NATS_URL to use a server of yours. Directories are made in TMPDIR (${tmpdir()}): choose one on a real disk.`

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: names.join(',') },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const say = (text: string): void => {
  if (!flags.json) console.log(text)
}

const isKept = ({ value, max = Number.POSITIVE_INFINITY }: Figure): boolean => value <= max

const row = (figure: Figure): string => {
  const { name, value, unit, max } = figure
  const bound = max === undefined ? '' : `  ${isKept(figure) ? 'kept' : 'BROKEN'}: at most ${max}`
  return `  ${name.padEnd(52)}${String(value).padStart(9)} ${unit.padEnd(4)}${bound}`
}

const machine = `${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 1e9)} GB, Node ${process.version}`

const wanted = () => {
  const only = flags.only.split(',')
  const unknown = only.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new RangeError(`--only ${unknown}: expected some of ${names.join(', ')}`)
  return sections.filter(({ name }) => only.includes(name))
}

const main = async (): Promise<void> => {
  const running = wanted()
  const url = process.env['NATS_URL']
  const bus = url ? undefined : await startBus()
  const servers = url ?? bus?.url ?? ''
  const root = await mkdtemp(join(tmpdir(), 'quorate-field-'))
  const date = new Date().toISOString()
  say(`${machine}\n${date}; bus: ${bus?.kind ?? 'yours'}; disks in ${root}, synced${flags.quick ? '; quick' : ''}`)
  const figures: Record<string, readonly Figure[]> = {}
  try {
    for (const { name, about, measure } of running) {
      say(`\n${name}: ${about}`)
      const directory = join(root, name)
      await mkdir(directory)
      const found = await measure({ servers, directory, quick: flags.quick, say: (text) => say(`  ... ${text}`) })
      figures[name] = found
      for (const figure of found) say(row(figure))
      await rm(directory, { recursive: true, force: true })
    }
  } finally {
    await bus?.close()
    await rm(root, { recursive: true, force: true })
  }
  if (flags.json) console.log(JSON.stringify({ machine, date, quick: flags.quick, figures }))
  if (!Object.values(figures).flat().every(isKept)) process.exitCode = 1
}

if (flags.help) console.log(usage)
else {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
