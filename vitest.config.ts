import { defineConfig } from 'vitest/config';

const command = ['test/command/**/*.test.ts'];

export default defineConfig({
  test: {
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
