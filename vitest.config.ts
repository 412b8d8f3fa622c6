import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'studio/src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: process.env.INKSTONE_LONG ? [] : ['**/*.long.test.ts'],
    reporters: ['default', './test/closing-line.ts'],
    // The kernels use every core themselves.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine may keep what is waited for waiting: no test depends on speed.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    // The rooms are loaded once for all files.
    isolate: false,
    setupFiles: ['./test/alone.ts'],
  },
});
