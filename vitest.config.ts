import {defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'web/**/*.test.ts', 'docs/**/*.test.ts', 'fixtures/**/*.test.ts'],
    reporters: [process.env['CI'] ? 'dot' : 'default', './tools/plain-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
    // what tests check is not kept in the user's cache
    env: {GOTRIAGE_CACHE: 'off'},
  },
})
