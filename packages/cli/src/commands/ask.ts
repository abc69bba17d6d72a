import { Argument, Command } from 'commander'
import { usageOf } from '../ask/usage.js'
import type { Io } from '../io.js'
import { isAbsent, protocols } from '../protocols/protocols.js'
import { type ClientSettings, withClientFlags } from './kvSettings.js'

const known = protocols.flatMap(({ name, questions }) =>
  isAbsent(questions) ? [] : questions.forms.map((form) => ({ protocol: name, form })),
)

const questions = `
Questions, by the protocol of the group:
${known.map(({ protocol, form }) => `  ${protocol.padEnd(12)}${usageOf(form).padEnd(18)}${form.text}`).join('\n')}

A VALUE that is "-" is read from standard input. Groups that order a log are not asked: see quorate kv.`

const examples = `  quorate ask registers                        which questions there are
  quorate ask registers write sky blue
  quorate ask registers read sky --output json
  quorate ask registers write image - < image.png
  quorate ask decision propose blue            the value that was chosen, which may be another one`

export const askCommand = (io: Io): Command =>
  withClientFlags(new Command('ask').addHelpText('after', questions), examples)
    .description('Ask a group that answers questions of its protocol: atomic registers, a decision')
    .argument('<group>', 'its name in the topology')
    .addArgument(
      new Argument('[question]', 'what to ask (default: list what can be asked)')
        .choices([...new Set(known.map(({ form }) => form.name))])
        // Offered, but what there is depends on the group.
        .argParser((question: string) => question),
    )
    .argument('[arguments...]', 'of the question')
    .action(async (group: string, question: string | undefined, given: string[], settings: ClientSettings) => {
      // What only this command needs, the others need not wait for.
      const { ask } = await import('../ask/ask.js')
      await ask(io, group, question, given, settings)
    })
