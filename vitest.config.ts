import { defaultServerConditions, } from 'vite'
import { defineConfig } from 'vitest/config'

/** Tests run the sources, not what was built: every package exports them under this condition. */
const conditions = ['@quorate/source', ...defaultServerConditions]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/**/*.test.ts', 'test/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 20_000,
  },
})
