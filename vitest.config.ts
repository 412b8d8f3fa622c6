import { defineConfig } from 'vitest/config';

const exclude = process.env.INKSTONE_LONG ? [] : ['**/*.long.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line.ts'],
    // The kernels use every core themselves.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine may keep what is waited for waiting: no test depends on speed.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['src/**/*.test.ts', 'studio/src/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude,
          // The rooms are loaded once for all files.
          isolate: false,
          setupFiles: ['./test/alone.ts'],
        },
      },
      // What crosses rooms has a process to itself.
      {
        extends: true,
        test: { name: 'house', include: ['test/**/*.test.ts'], exclude, globalSetup: './test/build.ts' },
      },
    ],
  },
});
