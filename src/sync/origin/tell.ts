import type { CompiledColumn } from '../../catalog/compile/compiled.ts';
import { ConnectorError } from '../../errors.ts';
import type { ColumnChanges, OriginChange } from './compare.ts';

export interface StreamChange {
  readonly stream: string;
  readonly change: OriginChange;
  /** Every read brings the whole of it: then no old row stays. */
  readonly isWhole: boolean;
}

/** What a read says of streams that are not what they were: one sentence for each that begins anew, and one for old rows. */
export function tellChanges(changes: readonly StreamChange[]): readonly {
  readonly level: 'info' | 'warn';
  readonly message: string;
}[] {
  const partly = changes.filter(({ isWhole }) => !isWhole);
  const anew = partly.filter(({ change }) => change.identity.length > 0);
  const goingOn = partly.filter(({ change }) => change.identity.length === 0);
  const old = goingOn.filter(({ change }) => describe(change.columns) !== '');
  return [
    ...anew.map(({ stream, change }) => ({
      level: 'warn' as const,
      message: `The stream "${stream}" is read from the beginning, because since its state was written ${change.identity.join(', and ')}. Rows that were written before stay where they are; to begin without them: ${refresh([stream])}`,
    })),
    ...goingOn.flatMap(({ stream, change: { earlier } }) =>
      earlier === undefined
        ? []
        : [
            {
              level: 'info' as const,
              message: `The start date was moved back, so "${stream}" is read from ${earlier.from ?? 'the beginning'} until ${earlier.before} too.`,
            },
          ],
    ),
    ...(old.length === 0
      ? []
      : [
          {
            level: 'warn' as const,
            message: `Rows that were written before keep their old values: ${old.map(({ stream, change }) => `${stream} (${describe(change.columns)})`).join(', ')}. To read them again: ${refresh(old.map(({ stream }) => stream))}`,
          },
        ]),
  ];
}

function describe({ added, changed, regained }: ColumnChanges): string {
  return [
    added.length > 0 ? `new: ${added.join(', ')}` : undefined,
    changed.length > 0 ? `changed: ${changed.join(', ')}` : undefined,
    regained.length > 0 ? `empty until now: ${regained.join(', ')}` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

function refresh(streams: readonly string[]): string {
  return `read --full-refresh ${streams.join(' ')} (in Airbyte: refresh the stream; in Meltano: run --full-refresh).`;
}

/** Going on would overwrite good values with null. */
export function columnsLost(stream: string, columns: readonly CompiledColumn[]): ConnectorError {
  const reasons = [...new Set(columns.flatMap(({ unavailable }) => unavailable?.because ?? []))];
  const permissions = [...new Set(columns.flatMap(({ unavailable }) => unavailable?.permission ?? []))];
  const names = columns.map(({ name }) => name).join(', ');
  const isOfToken = permissions.length > 0;
  return new ConnectorError({
    kind: isOfToken ? 'permission' : 'schema',
    code: 'sync/column_lost',
    stream,
    message: `The stream "${stream}" is not read, because ${names} could be read before and cannot be now. ${reasons.join('. ')}.`,
    hint: `${isOfToken ? `Give the token ${permissions.join(' and ')} again, or d` : 'D'}eselect the column in the configured catalog, or leave it out of the tenant catalog.`,
  });
}
