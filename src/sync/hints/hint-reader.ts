import { ConnectorError } from '../../errors.ts';
import type { Message } from '../../protocol/message.ts';
import type { RootDefinition } from '../../roots/definition.ts';
import type { CentraObject } from '../../shop/objects.ts';
import type { RefusedRow } from '../../shop/pages/pager.ts';
import type { Rows } from '../../shop/rows.ts';
import type { Run } from '../one-run.ts';
import type { FetchGroup, WindowsPlan } from '../plan.ts';
import { reasonOf } from '../set-aside.ts';
import type { WindowsState } from '../state.generated.ts';
import { openReader, type WindowsReader } from '../windows/group.ts';
import type { WindowsProgress } from '../windows/progress.ts';

/** Errors that may be about one stream of several that are read together. */
const separableKinds: ReadonlySet<string> = new Set(['mapping', 'permission', 'schema']);

/** Reads objects by their page keys for all streams of one kind of object, whatever their filters. */
export class ToldReader {
  readonly names: readonly string[];
  /** What the objects are called: "orders". */
  readonly label: string;
  /** Streams that cannot be read at all; their windows meet the same. */
  readonly setAside = new Map<string, ConnectorError>();
  readonly #run: Run;
  readonly #groups: readonly FetchGroup<WindowsPlan>[];
  readonly #states = new Map<string, WindowsState>();
  #records = 0;
  #readers: readonly WindowsReader[] | undefined;

  constructor(groups: readonly FetchGroup<WindowsPlan>[], run: Run) {
    this.#groups = groups;
    this.#run = run;
    this.names = groups.flatMap(({ plans }) => plans.map(({ stream }) => stream.name));
    this.label = groups[0]?.root.label ?? 'objects';
  }

  /** None of the streams can be read. */
  get isAtAnEnd(): boolean {
    return this.setAside.size === this.names.length;
  }

  /** How many were written. */
  get records(): number {
    return this.#records;
  }

  /** As the checkpoints of the streams gave them. */
  get states(): ReadonlyMap<string, WindowsState> {
    return this.#states;
  }

  /** Hands on the records of these objects and the states after them; returns those that cannot be read, with the reason. */
  async read(ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
    this.#readers ??= (await Promise.all(this.#groups.map((group) => this.#open(group)))).flat();
    const found = new Set<unknown>();
    const unreadable = new Map<number, string>();
    const refuse = ({ key, error }: RefusedRow) => {
      found.add(Number(key));
      unreadable.set(Number(key), `${this.label} ${key} cannot be read: ${reasonOf(error)}`);
    };
    const used: WindowsReader[] = [];
    for (const reader of this.#readers) {
      for (const [able, objects] of await this.#ask(reader, ids, refuse)) {
        used.push(able);
        takeAll(able, objects, found, unreadable);
        await this.#run.outlet.push(able.members.flatMap((member) => this.#checkpoint(member)));
      }
    }
    this.#readers = used;
    const missing = ids.filter((id) => !found.has(id));
    const [error] = this.setAside.values();
    if (used.length === 0 && error !== undefined) return new Map(ids.map((id) => [id, error.message]));
    for (const id of await this.#withoutFilter(used, missing)) {
      unreadable.set(id, `The shop shows none of its ${this.label} under ${id}.`);
    }
    return unreadable;
  }

  /** Asks for them; where that fails for one of several streams, each by itself. */
  async #ask(
    reader: WindowsReader,
    ids: readonly number[],
    refuse: (row: RefusedRow) => void,
  ): Promise<readonly (readonly [WindowsReader, readonly CentraObject[]])[]> {
    try {
      const objects = await this.#byKeys(reader.rows, ids, reader.group.root, refuse);
      return [[reader, objects]];
    } catch (error) {
      const parts = await this.#partsAfter(error, reader.group, reader.members);
      const asked = [];
      for (const part of parts) asked.push(...(await this.#ask(part, ids, refuse)));
      return asked;
    }
  }

  async #open(group: FetchGroup<WindowsPlan>): Promise<readonly WindowsReader[]> {
    try {
      return [openReader(group, this.#run)];
    } catch (error) {
      return this.#partsAfter(error, group, []);
    }
  }

  /** The streams of a group apart, so that the one that fails does not take the others with it; throws what is no stream's fault. */
  async #partsAfter(
    error: unknown,
    group: FetchGroup<WindowsPlan>,
    members: readonly WindowsProgress[],
  ): Promise<readonly WindowsReader[]> {
    if (!(error instanceof ConnectorError) || !separableKinds.has(error.kind)) throw error;
    const [only, ...others] = group.plans;
    if (only !== undefined && others.length === 0) {
      this.setAside.set(only.stream.name, error);
      return [];
    }
    const parts = group.plans.map((plan, at) => {
      const state = members[at]?.state ?? plan.state;
      return this.#open({ ...group, plans: [{ ...plan, state }] });
    });
    return (await Promise.all(parts)).flat();
  }

  /** Those of them that are not there at all, rather than left out by the streams' filters. */
  async #withoutFilter(
    readers: readonly WindowsReader[],
    missing: readonly number[],
  ): Promise<readonly number[]> {
    const [reader] = readers;
    if (reader === undefined || missing.length === 0) return missing;
    if (readers.some(({ group }) => group.where === undefined)) return missing;
    const { root, identity } = reader;
    const present = new Set<unknown>();
    const rows = root.under(undefined).rows(identity);
    const objects = await this.#byKeys(rows, missing, root.definition, ({ key }) => present.add(Number(key)));
    for (const object of objects) present.add(object[root.definition.pageKey.field]);
    return missing.filter((key) => !present.has(key));
  }

  async #byKeys(
    rows: Rows,
    keys: readonly number[],
    { pageKey }: RootDefinition,
    refuse: (row: RefusedRow) => void,
  ): Promise<readonly CentraObject[]> {
    const found: CentraObject[] = [];
    for await (const { objects, refused } of rows.byIds(keys, this.#run.input.signal, pageKey.field)) {
      found.push(...objects);
      for (const row of refused) refuse(row);
    }
    return found;
  }

  #checkpoint(member: WindowsProgress): readonly Message[] {
    const messages = member.checkpoint();
    for (const message of messages) if (message.type === 'records') this.#records += message.records.length;
    this.#states.set(member.writer.stream.name, member.state);
    return messages;
  }
}

/** Hands each object to each stream. A value that a stream must not pass on is about that object alone. */
function takeAll(
  { members, group }: WindowsReader,
  objects: readonly CentraObject[],
  found: Set<unknown>,
  unreadable: Map<number, string>,
): void {
  for (const object of objects) {
    const key = object[group.root.pageKey.field];
    found.add(key);
    for (const member of members) {
      try {
        member.takeTold(object);
      } catch (error) {
        if (!(error instanceof ConnectorError) || error.kind !== 'mapping') throw error;
        unreadable.set(Number(key), error.message);
      }
    }
  }
}
