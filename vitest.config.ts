import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

/** Tests run the sources, not what was built: every package exports them under this condition. */
const conditions = ['@quorate/source', ...defaultServerConditions]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    exclude: ['**/node_modules/**', '**/dist/**'],
    reporters: ['default', './scripts/closingLine.mjs'],
    // Tests end by what they do, not by the clock: this only ends one that hangs, on a machine however busy.
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'examples/*/**/*.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Several processes, disks and a broker each: one file at a time, when the unit tests are done.
        extends: true,
        test: { name: 'system', include: ['test/src/**/*.test.ts'], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
