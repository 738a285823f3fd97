import { DELETED_AT } from '../protocol/airbyte/messages.ts';
import { IdList } from './id-list.ts';
import { factsOf, keyOf, type RowData, type RowFacts, type RowView, rootIdOf } from './row-view.ts';

/** One stream's table as a destination has it after all that was emitted: the last record of each key, without the deleted ones. */
export class StreamFold {
  readonly view: RowView;
  /** Written again although nothing had changed: harmless where the destination removes duplicates. */
  readonly repeated: IdList;
  #records = 0;
  #deleted = 0;
  /** The rows by the object that they are of. */
  readonly #roots = new Map<string, readonly RowFacts[]>();

  constructor(view: RowView, named: number) {
    this.view = view;
    this.repeated = new IdList(named);
  }

  get records(): number {
    return this.#records;
  }

  get deleted(): number {
    return this.#deleted;
  }

  get roots(): ReadonlyMap<string, readonly RowFacts[]> {
    return this.#roots;
  }

  put(data: RowData): void {
    this.#records += 1;
    if (data[DELETED_AT] !== undefined && data[DELETED_AT] !== null) {
      this.#remove(data);
      return;
    }
    const id = rootIdOf(this.view, data);
    if (id === undefined) return;
    const row = factsOf(this.view, data);
    const rows = this.#roots.get(id) ?? [];
    const known = rows.find(({ key }) => key === row.key);
    if (known?.print === row.print) this.repeated.add(this.view.isKeyShowable ? row.key : HIDDEN);
    this.#roots.set(
      id,
      known === undefined ? [...rows, row] : rows.map((old) => (old === known ? row : old)),
    );
  }

  #remove(data: RowData): void {
    this.#deleted += 1;
    const key = keyOf(this.view, data);
    const id = rootIdOf(this.view, data);
    // A tombstone holds the key, and the key may lack the id of the object.
    for (const root of id === undefined ? [...this.#roots.keys()] : [id]) {
      const rows = this.#roots.get(root) ?? [];
      const left = rows.filter((row) => row.key !== key);
      if (left.length === 0) this.#roots.delete(root);
      else if (left.length < rows.length) this.#roots.set(root, left);
    }
  }
}

/** Stands for a key that is a person's data. */
export const HIDDEN = '(personal data)';

/** The newest of an object's rows tells the object's time and status: an older one may be a line that is gone. */
export function newestOf(rows: readonly RowFacts[]): RowFacts | undefined {
  return rows.reduce<RowFacts | undefined>(
    (newest, row) => (newest === undefined || row.time >= newest.time ? row : newest),
    undefined,
  );
}
