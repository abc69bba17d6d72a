import { Command } from 'commander'
import type { Io } from '../io.js'
export const demoCommand = (_io: Io): Command => new Command('demo')
