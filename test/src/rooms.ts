import { dirname, join, normalize } from 'node:path'

/** A folder whose rooms have an order. */
export interface House {
  /** Below `packages`, e.g. `core/src`. */
  readonly folder: string
  /** Names of folders, and of files beside them; each may import from those before it. */
  readonly rooms: readonly string[]
}

/** The houses in the section "Rooms" of ARCHITECTURE.md. */
export function housesIn(markdown: string): readonly House[] {
  const block = /^## Rooms$.*?^```$(.*?)^```$/ms.exec(markdown)?.[1] ?? ''
  return block
    .trim()
    .split(/\n\n/)
    .map((lines) => {
      const [folder = '', ...rooms] = lines.split('\n').map((line) => line.trim().split(/\s/)[0] ?? '')
      return { folder, rooms }
    })
}

/** The room of a file, by its path in the house. */
export const roomOf = (path: string): string => path.split('/')[0] ?? ''

/** Imports that go from a room to a later one, or to what is no room; `files` are sources by their paths in the house. */
export function strayImports({ rooms }: House, files: ReadonlyMap<string, string>): readonly string[] {
  const stray: string[] = []
  for (const [path, source] of files) {
    for (const [, from = ''] of source.matchAll(/^(?:import|export|\}) [^\n]*from '(\.[^']+)'$/gm)) {
      const target = normalize(join(dirname(path), from)).replace(/\.js$/, '.ts')
      if (target.startsWith('..')) continue
      const [own, other] = [rooms.indexOf(roomOf(path)), rooms.indexOf(roomOf(target))]
      if (own < 0 || other < 0 || other > own) stray.push(`${path} imports ${target}`)
    }
  }
  return stray
}
