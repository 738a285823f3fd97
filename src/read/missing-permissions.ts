import type { PermissionNeeded } from '../catalog/compile/permissions-needed.ts';
import { inWords } from '../catalog/language/near-match.ts';
import type { Refusal } from '../centra/answer.ts';
import type { BoundCatalog } from './catalog.ts';

/**
 * The one sentence about a permission that the token lacks: what stays empty, of the streams that can be read. Undefined
 * where that is nothing.
 */
export function lacksPermission(
  { columns, permission }: PermissionNeeded,
  { streams }: Pick<BoundCatalog, 'streams'>,
): string | undefined {
  const found = columns.flatMap(({ stream, column }) => {
    const compiled = streams.find(({ name }) => name === stream);
    const own = compiled?.columns.find(({ name }) => name === column);
    return own === undefined ? [] : [{ name: `${stream}.${column}`, isEmpty: own.unavailable !== undefined }];
  });
  const empty = found.filter(({ isEmpty }) => isEmpty).map(({ name }) => name);
  // A column with other ways to a value, or with fields of a list's elements, only goes without this one.
  const poorer = found.filter(({ isEmpty }) => !isEmpty).map(({ name }) => name);
  const parts = [
    ...(empty.length === 0
      ? []
      : [`${inWords(empty, 'and')} ${empty.length === 1 ? 'stays' : 'stay'} empty`]),
    ...(poorer.length === 0
      ? []
      : [`${inWords(poorer, 'and')} ${poorer.length === 1 ? 'goes' : 'go'} without what it guards`]),
  ];
  if (parts.length === 0) return undefined;
  return `The API token lacks ${permission}: ${parts.join('; ')}. Add it to the token in Centra under System > API Tokens.`;
}

/** Refusals that no column accounts for: the API guards more than is known. */
export function refusedElsewhere(refusals: readonly Refusal[]): readonly string[] {
  const sentences = refusals.map(
    ({ permission, path }) =>
      `The API token lacks ${permission ?? 'a permission that Centra did not name'}: what it guards stays empty (${path.filter((key) => !/^[rt]\d+$/.test(key)).join('.')}).`,
  );
  return [...new Set(sentences)];
}

/** The list of permissions to give a token, as Centra calls them. */
export function permissionsInWords(needed: readonly PermissionNeeded[]): string {
  return `For all of its columns, the catalog needs a token with ${inWords(
    needed.map(({ permission }) => permission),
    'and',
  )}.`;
}
