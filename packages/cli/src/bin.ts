#!/usr/bin/env node
import { watchParent } from './nodes/parent.js'

// Before anything else is loaded: whoever started this process may be gone already.
watchParent()
const { main } = await import('./main.js')
await main()
