import { encodeTrace, type TraceEvent, type TracePlace, traceHeader } from '@quorate/core'
import type { OutputFiles } from '../outputFiles.js'

/** A file that takes one run after the other. */
export interface TraceFile {
  /** A run begins. */
  begin(title: string): void
  write(event: TraceEvent): void
  close(): void
}

/** @throws {@link UnwritableFileError} `QUORATE_UNWRITABLE_FILE` when it cannot be opened; what fails later `files` tell. */
export const traceFile = (files: OutputFiles, path: string, place: TracePlace): TraceFile => {
  const lines = files.lines(path)
  return {
    begin: (title) => lines.write(encodeTrace(traceHeader({ place, title }))),
    write: (event) => lines.write(encodeTrace(event)),
    close: () => lines.close(),
  }
}
