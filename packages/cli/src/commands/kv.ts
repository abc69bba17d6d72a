import { Command } from 'commander'
import { exitCodesHelp } from '../exitCodes.js'
import type { Io } from '../io.js'
import { kvCas } from './kvCas.js'
import { kvDelete } from './kvDelete.js'
import { kvGet } from './kvGet.js'
import { kvPut } from './kvPut.js'
import { kvRange } from './kvRange.js'

export const kvCommand = (io: Io): Command => {
  const command = new Command('kv').description('Read and change a replicated key-value store')
  for (const make of [kvGet, kvPut, kvDelete, kvCas, kvRange]) command.addCommand(make(io))
  return command.addHelpText('after', exitCodesHelp)
}
