import type { Selection } from '../../catalog/query/selection.ts';
import type { RootDefinition } from '../../roots/definition.ts';
import { brokenAnswer, type CentraObject } from '../objects.ts';
import type { Gathered } from './narrowing.ts';
import type { KnownRow } from './pager.ts';

/** How the rows of a page are read when one of them cannot be served: first what tells them apart, then each that can be had. */
export interface RowsApart {
  /** The root's id and its page key, and nothing that could fail. */
  readonly identity: Selection;
  readonly gather: (rows: readonly KnownRow[], signal: AbortSignal) => Promise<Gathered>;
}

export function knownRowOf(object: CentraObject, { id, pageKey, label }: RootDefinition): KnownRow {
  const own = object[id];
  const key = object[pageKey.field];
  if (!isName(own)) throw brokenAnswer(label, 'has a row without an id');
  return { id: own, key: isName(key) ? key : own };
}

function isName(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string';
}
