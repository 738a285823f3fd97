import { timeRange } from '../../shop/filter.ts';
import type { CentraObject } from '../../shop/objects.ts';
import { contradiction } from '../../shop/pages/contradiction.ts';
import type { Page, Pager } from '../../shop/pages/pager.ts';
import { pagesAfter } from '../../shop/pages/pages.ts';
import { addSeconds, parseCentraTime } from '../../time.ts';
import type { Window } from '../state.generated.ts';
import type { WindowsReader } from './group.ts';
import { setAside, takeAll } from './set-aside.ts';

export type Estimate = (rows: number) => void;

/** Reads a window from where an earlier run stopped, or, where that place is not known any more, from its beginning. */
export async function readWindow(
  reader: WindowsReader,
  window: Window,
  looksAhead: boolean,
  estimate: Estimate,
): Promise<void> {
  const { rows, members, run, group } = reader;
  const condition = { [group.change.filter]: timeRange(window) };
  const count = new RowCount(window.after === undefined);
  const take = (page: Page) => {
    expectInside(reader, window, page.objects);
    count.add(page);
    setAside(reader, page.refused);
    takeAll(reader, page.objects, (member, object) => member.take(object, window));
  };
  const pages = pagesAfter(rows.pages(condition), {
    after: window.after,
    signal: run.input.signal,
    looksAhead,
    refused: () => {
      count.begin();
      run.outlet.log('warn', `${placeIn(reader, window)} is not known any more: that part is read again.`);
    },
  });
  for await (const page of pages) {
    if (page.totalRows !== undefined) estimate(page.totalRows);
    take(page);
    // The end of the window is said below, when it is sure that nothing is missing.
    if (page.next !== undefined)
      await run.outlet.push(members.flatMap((member) => member.checkpointIn(window, page.next)));
  }
  if (count.isShort)
    await readAnotherWay(reader, rows.pages(condition), rows.pages(condition, 'list'), count, take);
  await run.outlet.push(members.flatMap((member) => member.checkpointIn(window, undefined)));
}

function placeIn({ group }: WindowsReader, { from, to }: Window): string {
  const range = from === undefined ? `until ${to}` : `from ${from} to ${to}`;
  return `The place in the ${group.root.label} ${range} where an earlier read stopped`;
}

/** How many rows a window gave, against how many it was said to have. */
class RowCount {
  rows = 0;
  #total: number | undefined;
  #isWhole: boolean;

  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  begin(): void {
    this.rows = 0;
    this.#isWhole = true;
  }

  add({ objects, refused, totalRows }: Page): void {
    this.rows += objects.length + refused.length;
    this.#total = totalRows ?? this.#total;
  }

  get isShort(): boolean {
    return this.#isWhole && this.#total !== undefined && this.rows < this.#total;
  }
}

/**
 * Fewer rows came than the API had said. Where they have left the window meanwhile, it says fewer by now; where it does not,
 * the window is read once more as a list, and the two ways are held against each other.
 */
async function readAnotherWay(
  { members, run, group }: WindowsReader,
  same: Pager,
  list: Pager,
  count: RowCount,
  take: (page: Page) => void,
): Promise<void> {
  const { signal } = run.input;
  const { rows } = count;
  const said = (await same(undefined, signal)).totalRows;
  if (said === undefined || rows >= said) return;
  count.begin();
  for await (const page of pagesAfter(list, { after: undefined, signal, looksAhead: false })) {
    take(page);
    await run.outlet.push(members.flatMap((member) => member.checkpoint()));
  }
  run.outlet.log(
    'warn',
    `Centra says that there are ${said} ${group.root.label} in a range of time and gave ${rows} of them; read as a list, it gave ${count.rows}. All that came was written.`,
  );
}

/** Rows may become visible, or be changed, around the ends of a window. */
const TOLERANCE_SECONDS = 60;

/** An API that leaves the filter out of account would fill the destination with what was not asked for. */
function expectInside(
  { group, run }: WindowsReader,
  { from, to }: Window,
  objects: readonly CentraObject[],
): void {
  const { label } = group.root;
  const first = from === undefined ? undefined : addSeconds(from, -TOLERANCE_SECONDS);
  const last = addSeconds(to, TOLERANCE_SECONDS);
  const changedNow = addSeconds(run.serverNow, -TOLERANCE_SECONDS);
  for (const object of objects) {
    const time = parseCentraTime(object[group.change.field]);
    if (time === undefined || time >= changedNow) continue;
    if ((first !== undefined && time < first) || time > last)
      throw contradiction(label, 'it has rows from outside the time that was asked for');
  }
}
