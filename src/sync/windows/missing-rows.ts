import type { WindowsReader } from './group.ts';

/** A few rows are deleted every day; more than these, and more than a part of all, at once are hardly ever. */
const FEW_ROWS = 10;
const MOST_PART = 1 / 10;

/**
 * Takes the objects that the shop did not give when it was asked for them by id for deleted, unless they are so many that it
 * is likelier that the token sees less than before. Returns how many were taken for deleted.
 */
export async function settleMissing(reader: WindowsReader, missing: readonly number[]): Promise<number> {
  const { members, run, group } = reader;
  const { allowsMassDeletions = false, saysOnlyNews } = run.input;
  if (missing.length === 0) return 0;
  const known = Math.max(
    ...members.map((member) => Math.max(member.knownSince('').length, member.openCount)),
  );
  if (allowsMassDeletions || missing.length <= FEW_ROWS || missing.length <= known * MOST_PART) {
    for (const key of missing) for (const member of members) member.drop(key, run.serverNow);
    for (const member of members) member.withhold(undefined);
    await run.outlet.push(members.flatMap((member) => member.checkpoint()));
    return missing.length;
  }
  const isNews = members.some((member) => member.withheld !== missing.length);
  for (const member of members) member.withhold(missing.length);
  await run.outlet.push(members.flatMap((member) => member.checkpoint()));
  if (saysOnlyNews !== true || isNews) {
    run.outlet.log(
      'warn',
      `${missing.length} of ${known} known ${group.root.label} are not in the shop's answers any more. More likely than so many deletions is a token that sees less than before, so nothing is marked as deleted. Check what the token may read; if they are really deleted, set "allow_mass_deletions" to true for one read.`,
    );
  }
  return 0;
}
