import { Command } from 'commander'
import { exitCodesHelp } from '../exitCodes.js'
import type { Io } from '../io.js'
import type { ProtoSettings } from '../proto/proto.js'

const examples = `
NAME.proto becomes generated/NAME.ts beside it: an interface for each message, functions that read and write it, the union
NameMessage, and "messages", the codec that a GroupDefinition wants. Nothing else has to be installed.

What is supported: proto3; uint32, uint64, bool, string, bytes, enums, messages; repeated and optional.

Examples:
  quorate proto watch/watch.proto
  quorate proto proto/*.proto --output src/generated
  quorate proto watch/watch.proto --check       in CI: 1 when the code is not what the schema says
${exitCodesHelp}`

export const protoCommand = (io: Io): Command =>
  new Command('proto')
    .description('Generate TypeScript types and codecs from .proto files')
    .argument('<file...>', 'schemas, each a protocol of its own')
    .option('--check', 'write nothing; end with 1 when the code is not current')
    .option('--output <directory>', 'where the code goes (default: "generated", beside each schema)')
    .addHelpText('after', examples)
    .action(async (files: string[], settings: ProtoSettings) => {
      // What only this command needs, the others need not wait for.
      const { proto } = await import('../proto/proto.js')
      proto(io, files, settings)
    })
