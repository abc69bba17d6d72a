/** What a section stands on. */
export interface FieldSurroundings {
  /** NATS URL. */
  readonly servers: string
  /** An empty directory on the disk that is measured. */
  readonly directory: string
  /** Less of everything: to see that it runs, not to be quoted. */
  readonly quick: boolean
  /** A line for people, while it goes on. */
  say(text: string): void
}

/** One figure, and the bound that it must keep. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The most that it may be; absent where it is told for information. */
  readonly max?: number
}

/** A figure of the field: one file each, listed in `sections.ts`. */
export interface FieldSection {
  readonly name: string
  /** One line for the help text. */
  readonly about: string
  measure(around: FieldSurroundings): Promise<readonly Figure[]>
}
