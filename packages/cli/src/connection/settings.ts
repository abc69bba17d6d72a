import { type Command, Option } from 'commander'

/** How the bus is reached: what the connection flags say. */
export interface ConnectionSettings {
  readonly nats?: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
  readonly creds?: string
  readonly nkey?: string
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
}

/** Where a server is looked for when nobody names one, and started when none is there. */
export const defaultPort = 4222

const defaultUrl = `nats://127.0.0.1:${defaultPort}`

const flags: readonly {
  readonly key: keyof ConnectionSettings
  readonly flag: string
  readonly variable: string
  readonly text: string
}[] = [
  {
    key: 'nats',
    flag: '--nats <url>',
    variable: 'QUORATE_NATS_URL',
    text: `NATS server; several separated by commas (default: NATS_URL, else ${defaultUrl})`,
  },
  { key: 'user', flag: '--user <name>', variable: 'QUORATE_NATS_USER', text: 'user of the NATS server' },
  { key: 'password', flag: '--password <text>', variable: 'QUORATE_NATS_PASSWORD', text: 'password of the user' },
  { key: 'token', flag: '--token <text>', variable: 'QUORATE_NATS_TOKEN', text: 'token of the NATS server' },
  { key: 'creds', flag: '--creds <file>', variable: 'QUORATE_NATS_CREDS', text: 'credentials file (JWT and seed)' },
  { key: 'nkey', flag: '--nkey <file>', variable: 'QUORATE_NATS_NKEY', text: 'file with the seed of an NKEY' },
  {
    key: 'tlsCa',
    flag: '--tls-ca <file>',
    variable: 'QUORATE_NATS_TLS_CA',
    text: 'certificate of the authority (PEM)',
  },
  { key: 'tlsCert', flag: '--tls-cert <file>', variable: 'QUORATE_NATS_TLS_CERT', text: 'client certificate (PEM)' },
  {
    key: 'tlsKey',
    flag: '--tls-key <file>',
    variable: 'QUORATE_NATS_TLS_KEY',
    text: 'key of the client certificate (PEM)',
  },
]

/** Adds the flags that say how the bus is reached. */
export const withConnection = (command: Command): Command => {
  for (const { flag, variable, text } of flags) command.addOption(new Option(flag, text).env(variable))
  return command
}

/** True when somebody said which server it shall be. */
export const isServerChosen = ({ nats }: ConnectionSettings): boolean =>
  nats !== undefined || process.env.NATS_URL !== undefined

/** The URL, or several separated by commas. */
export const serverOf = ({ nats }: ConnectionSettings): string => nats ?? process.env.NATS_URL ?? defaultUrl

/** For people: without credentials. */
export const shownServer = (settings: ConnectionSettings): string => serverOf(settings).replaceAll(/[^/,]*@/g, '')

/** The settings as variables, for a process that shall reach the same bus: passwords do not stand in its arguments. */
export const variablesOf = (settings: ConnectionSettings): Record<string, string> => ({
  ...Object.fromEntries(
    flags.map(({ key, variable }) => [variable, settings[key] ?? ''] as const).filter(([, value]) => value),
  ),
  QUORATE_NATS_URL: serverOf(settings),
})
