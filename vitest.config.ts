import { defineConfig } from 'vitest/config';

const command = ['test/command/**/*.test.ts'];

export default defineConfig({
  test: {
    // Most of the time goes by in the commands that the tests start, and in waiting for them.
    maxWorkers: 3,
    projects: [
      { test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: command, testTimeout: 30_000 } },
      {
        test: {
          name: 'command',
          include: command,
          globalSetup: ['test/build-once.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
