import { messages } from './dist/generated/raft.js'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
const require = createRequire('/work/main/packages/core/package.json')
const protobuf = require('protobufjs')
const root = protobuf.parse(readFileSync('/work/main/packages/raft/proto/raft.proto','utf8')).root
const T = root.lookupType('quorate.raft.v1.AppendEntries')
const mk = (big) => ({ type:'AppendEntries', term: 7, prevLogIndex: 123456+big, prevLogTerm: 6, leaderCommit: 123400+big, round: 99, entries: Array.from({length:100},(_, i)=>({ index: big+123457+i, term:7, kind:'command', session: 4711+big, sequence: 1000+i, answeredBelow: 900+i, bytes: new Uint8Array(256).fill(i)})) })
const time = (name, n, f) => { for (let i=0;i<n;i++) f(); const t0=process.hrtime.bigint(); for (let i=0;i<n;i++) f(); const us=Number(process.hrtime.bigint()-t0)/1000; console.log(name.padEnd(36), (us/n/100).toFixed(3), 'us/entry') }
for (const big of [0, 2**40]) {
  const m = mk(big)
  const bytes = messages.encode(m)
  time(`encode big=${big>0}`, 5000, () => messages.encode(m))
  time(`decode big=${big>0}`, 5000, () => messages.decode('AppendEntries', bytes))
  const buf = Buffer.from(bytes)
  time(`decode Buffer`, 5000, () => messages.decode('AppendEntries', buf))
  const pm = T.fromObject({ ...m, entries: m.entries.map(e=>({...e, kind: 0})) })
  time('protobufjs reflection encode', 3000, () => T.encode(pm).finish())
  time('protobufjs reflection decode', 3000, () => T.decode(bytes))
}
const hb = { type:'AppendEntries', term: 7, prevLogIndex: 123456, prevLogTerm: 6, leaderCommit: 123400, round: 99, entries: [] }
const hbb = messages.encode(hb)
time('heartbeat encode (x100)', 300000, () => messages.encode(hb)); time('heartbeat decode (x100)', 300000, () => messages.decode('AppendEntries', hbb))
import { encodeEnvelope, decodeEnvelope } from '@quorate/core'
const env = { version: 1, cluster: 'demo', from: 'counter/server/n1', to: 'counter/server/n2', fromStore: new Uint8Array(16).fill(3), type: 'AppendEntries', payload: hbb }
const eb = encodeEnvelope(env)
time('envelope encode (x100)', 300000, () => encodeEnvelope(env)); time('envelope decode (x100)', 300000, () => decodeEnvelope(eb))
