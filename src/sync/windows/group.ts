import { mergeSelections, type Selection } from '../../catalog/query/selection.ts';
import { type OpenRoot, openRoot } from '../../shop/open-root.ts';
import type { Rows } from '../../shop/rows.ts';
import type { Run } from '../one-run.ts';
import type { FetchGroup, WindowsPlan } from '../plan.ts';
import { WindowsProgress } from './progress.ts';
import { setAside, takeAll } from './set-aside.ts';

/** What the parts of one group's read share. */
export interface WindowsReader {
  readonly group: FetchGroup<WindowsPlan>;
  readonly root: OpenRoot;
  /** All that the streams need of an object, and what the sync must know of it. */
  readonly rows: Rows;
  /** What the sync must know of an object, alone. */
  readonly identity: Selection;
  readonly members: readonly WindowsProgress[];
  readonly run: Run;
}

/** Opens the root and lays out what its streams need. */
export function openReader(group: FetchGroup<WindowsPlan>, run: Run): WindowsReader {
  const { client, schema } = run.input;
  const root = openRoot(client, schema, group.root, group.where);
  const { change } = group;
  const { statusField } = root;
  const { pageKey, id } = group.root;
  const fields = {
    pageKey: pageKey.field,
    id: id === pageKey.field ? undefined : id,
    time: change.field,
    status: statusField,
  };
  const events = group.root.eventObject === undefined ? undefined : run.events.get(group.root.eventObject);
  const watched = new Set(events?.changed);
  const identity = root.fields([id, pageKey.field, change.field, ...(statusField ? [statusField] : [])]);
  const members = group.plans.map(
    ({ stream, state, tellsDeletions, readBefore }) =>
      new WindowsProgress({
        stream,
        change,
        fields,
        state,
        tellsDeletions,
        serverNow: run.serverNow,
        lookbackSeconds: run.input.lookbackSeconds,
        readBefore,
        watched,
      }),
  );
  const wanted = mergeSelections([...group.plans.map(({ stream }) => stream.selection), identity]);
  return { group, root, rows: root.wholeRows(wanted), identity, members, run };
}

/** Reads objects again by their keys and returns those that the shop does not give any more. */
export async function readByKeys(reader: WindowsReader, keys: readonly number[]): Promise<readonly number[]> {
  const { group, rows, members, run } = reader;
  const { field } = group.root.pageKey;
  const missing: number[] = [];
  for await (const { ids, objects, refused } of rows.byIds(keys, run.input.signal)) {
    setAside(reader, refused);
    takeAll(reader, objects, (member, object) => member.takeAgain(object));
    const found = new Set([...objects.map((object) => object[field]), ...refused.map(({ key }) => key)]);
    missing.push(...ids.map(Number).filter((key) => !found.has(key)));
    await run.outlet.push(members.flatMap((member) => member.checkpoint()));
  }
  return missing;
}
