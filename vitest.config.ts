import { defineConfig } from 'vitest/config';

const command = ['test/command/**/*.test.ts'];
const proof = ['test/proof/**/*.test.ts'];

/** Runs the real command, built from what src holds now. */
const withCommand = { globalSetup: ['test/build-once.ts'], testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // Most of the time goes by in the commands that the tests start, and in waiting for them.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...command, ...proof],
          testTimeout: 30_000,
          // They share nothing but modules; loading these again for each file would take a third of the time.
          isolate: false,
        },
      },
      { test: { name: 'command', include: command, ...withCommand } },
      // Not part of `npm test`: `npm run proof:privacy`.
      ...(process.env.SLOW === undefined
        ? []
        : [{ test: { name: 'proof', include: proof, ...withCommand } }]),
    ],
  },
});
