// The tests that are too slow for `npm test`. Name one proof to run it alone: `node scripts/proof-tests.mjs privacy`.
import { spawnSync } from 'node:child_process';

const histories = process.env.HISTORIES ?? '500';

/** Which tests each proof runs, and how much of what they draw at random. */
const proofs = Object.freeze({
  /** Random histories of changes, faults, kills and webhooks: far more than in `npm test`. */
  histories: [['histories.test.ts', { SLOW: '1', HISTORIES: histories }]],
  /** The search for personal data in all that is printed. */
  privacy: [['test/proof/privacy', { SLOW: '1' }]],
  /** The example catalogs against the shops that they are made for. */
  catalogs: [['test/proof/example-catalogs', { SLOW: '1' }]],
  /** Feeds that are killed and started again, databases and disks that fail, and the try-out in README.md. */
  webhooks: [
    ['test/unit/webhook/', { SLOW: '1' }],
    ['test/unit/inbox/', { SLOW: '1' }],
    ['test/proof/serve', { SLOW: '1' }],
    ['test/proof/readme-real-time', { SLOW: '1' }],
  ],
  /** The commands in README.md, as they are printed. */
  readme: [['test/proof/readme-', { SLOW: '1' }]],
  /** Plain files under kills, and many tenants. */
  folder: [
    ['test/unit/read/folder-crashes.test.ts', { CRASHES: '1000' }],
    ['test/proof/folder-', { SLOW: '1' }],
    ['test/proof/read-all-ends', { SLOW: '1' }],
  ],
});

const asked = process.argv[2];
for (const [name, runs] of Object.entries(proofs)) {
  if (asked !== undefined && asked !== name) continue;
  for (const [path, environment] of runs) {
    const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', String(path)], {
      stdio: 'inherit',
      env: { ...process.env, ...Object(environment) },
    });
    if (status !== 0) process.exit(status ?? 1);
  }
}
