import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import { canTellDeletions } from '../../sync/plan.ts';

export interface DeletionColumn {
  readonly name: string;
  readonly description: string;
}

/** The columns that mark a row as deleted, beside those of the catalog: each way to a destination has its own. */
export function deletionColumns(stream: CompiledStream): readonly DeletionColumn[] {
  if (!canTellDeletions(stream, { reconciles: true, hasEvents: true })) return [];
  const only = stream.root.change.kind === 'updated' ? ' Only with `events: true` in the configuration.' : '';
  return [
    {
      name: '_ab_cdc_deleted_at',
      description: `Through Airbyte: when the row was found to be deleted in the shop; else null.${only}`,
    },
    {
      name: '_ab_cdc_updated_at',
      description: `Through Airbyte: when that was found; else null.${only}`,
    },
    {
      name: '_sdc_deleted_at',
      description: `Through Singer: when the row was found to be deleted in the shop; else null.${only}`,
    },
    {
      name: '_deleted_at',
      description: `In plain files: when the row was found to be deleted in the shop; else it is left out.${only}`,
    },
  ];
}
