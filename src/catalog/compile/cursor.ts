import type { RootDefinition } from '../../roots/definition.ts';
import { SNAPSHOT_COLUMN } from '../../roots/definition.ts';
import { type Absence, apiLacks } from '../column/absence.ts';
import type { StreamContext } from '../column/column-context.ts';
import type { ColumnDraft } from '../column/column-draft.ts';
import type { StreamModel } from '../language/model.ts';
import type { Problem } from '../language/problem.ts';
import type { Place } from '../language/source-node.ts';
import { emptySelection } from '../query/selection.ts';
import { compileColumn } from './column.ts';

export interface CursorColumn {
  readonly name: string;
  /** Set where the mapping has no such column, so that one comes on top. */
  readonly added: ColumnDraft | undefined;
}

type Say = (
  severity: Problem['severity'],
  code: string,
  place: Place,
  message: string,
  hint?: string,
) => void;

/** The column that says how new a row is: the mapping's own where it has one, otherwise one under a reserved name. */
export function cursorOf(
  { change }: RootDefinition,
  drafts: readonly ColumnDraft[],
  context: StreamContext,
  model: StreamModel,
  say: Say,
): CursorColumn | { readonly lacks: Absence } {
  if (change.kind === 'snapshot') {
    const taken = model.columns.find(({ name }) => name.toLowerCase() === SNAPSHOT_COLUMN);
    if (taken !== undefined) {
      say(
        'error',
        'name/reserved',
        taken.place,
        `"${SNAPSHOT_COLUMN}" is reserved: these rows have no date of change, and the sync writes there when its snapshot began.`,
        'Choose another name.',
      );
    }
    return { name: SNAPSHOT_COLUMN, added: snapshotColumn(model) };
  }
  const ups = context.levels.length - 1;
  const own = drafts.find(({ plainField }) => plainField?.ups === ups && plainField.field === change.field);
  if (own !== undefined)
    return own.missing === undefined ? { name: own.name, added: undefined } : { lacks: own.missing };
  const name = change.kind === 'updated' ? '_centra_updated_at' : '_centra_created_at';
  const text = `${'^'.repeat(ups)}${change.field}`;
  const scalar = (value: string) =>
    ({ kind: 'scalar', place: model.place, value, textPlace: undefined }) as const;
  // Of a list of persons, this says when a row changed, which no sync can do without.
  const keywords = new Map([
    ['path' as const, scalar(text)],
    ['pii' as const, scalar('allow')],
  ]);
  const column = { name, place: model.place, keywords, isRefused: false };
  const added = compileColumn(column, { ...context, key: new Set() });
  if (added?.missing !== undefined) return { lacks: added.missing };
  if (added === undefined) return { lacks: apiLacks(change.field) };
  // Nobody said `allow`: where the mapping masks this very date, the leak is still one.
  const exposures = added.exposures.map((exposure) => ({ ...exposure, privacy: 'plain' as const }));
  return { name, added: { ...added, pii: undefined, exposures } };
}

function snapshotColumn(model: StreamModel): ColumnDraft {
  return {
    name: SNAPSHOT_COLUMN,
    model: { name: SNAPSHOT_COLUMN, place: model.place, keywords: new Map(), isRefused: false },
    type: { kind: 'timestamp', nullable: false },
    description: 'When the snapshot began that this row belongs to.',
    text: 'the time at which the snapshot began',
    at: 0,
    run: (scope) => scope.snapshotAt(),
    direct: undefined,
    read: (scope) => scope.snapshotAt(),
    selection: emptySelection,
    uses: [],
    exposures: [],
    pii: undefined,
    isDropped: false,
    missing: undefined,
    isPosition: false,
    plainField: undefined,
  };
}
