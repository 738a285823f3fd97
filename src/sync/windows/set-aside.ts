import type { RootDefinition } from '../../roots/definition.ts';
import type { CentraObject } from '../../shop/objects.ts';
import type { RefusedRow } from '../../shop/pages/pager.ts';
import type { Rows } from '../../shop/rows.ts';
import type { Run } from '../one-run.ts';
import { isStumble } from '../set-aside.ts';
import type { WindowsProgress } from './progress.ts';

/** Those who take objects of one root. */
interface Takers {
  readonly group: { readonly root: RootDefinition };
  readonly members: readonly WindowsProgress[];
  readonly run: Run;
}

/** Rows that the API cannot serve are set aside for all streams that are made of them. */
export function setAside({ members, run }: Takers, refused: readonly RefusedRow[]): void {
  for (const row of refused) for (const { writer } of members) writer.aside.add(row, run.serverNow);
}

/** Hands objects to each stream. One that our own code stumbles over is set aside for that stream alone. */
export function takeAll(
  reader: Takers,
  objects: readonly CentraObject[],
  take: (member: WindowsProgress, object: CentraObject) => void,
): void {
  const { id, pageKey } = reader.group.root;
  for (const object of objects) {
    for (const member of reader.members) {
      try {
        take(member, object);
        member.writer.aside.remove(object[id]);
      } catch (error) {
        if (!isStumble(error)) throw error;
        const row = { id: nameOf(object[id]), key: nameOf(object[pageKey.field] ?? object[id]), error };
        member.writer.aside.add(row, reader.run.serverNow);
      }
    }
  }
}

function nameOf(value: unknown): number | string {
  return typeof value === 'number' ? value : String(value);
}

/** Tries what earlier runs set aside once more, each by itself. */
export async function retrySetAside(reader: Takers & { readonly rows: Rows }): Promise<void> {
  const { members, rows, group, run } = reader;
  const { label } = group.root;
  const waiting = new Map(members.flatMap(({ writer }) => writer.aside.rows.map((row) => [row.id, row])));
  for (const row of waiting.values()) {
    for await (const { objects, refused } of rows.byIds([row.id], run.input.signal)) {
      setAside({ ...reader, members: members.filter(({ writer }) => writer.aside.has(row.id)) }, refused);
      takeAll(reader, objects, (member, object) => {
        if (member.writer.aside.has(row.id)) member.takeAgain(object);
      });
      if (refused.length > 0) continue;
      for (const { writer } of members) if (objects.length === 0) writer.aside.remove(row.id);
      const isOver = members.every(({ writer }) => !writer.aside.has(row.id));
      const outcome = objects.length > 0 ? 'can be read again and is written' : 'is not in the shop any more';
      if (isOver)
        run.outlet.log('info', `Of the ${label}, ${row.key}, set aside since ${row.since}, ${outcome}.`);
    }
  }
  if (waiting.size > 0) await run.outlet.push(members.flatMap((member) => member.checkpoint()));
}
