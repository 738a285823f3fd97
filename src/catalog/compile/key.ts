import type { ColumnDraft } from '../column/column-draft.ts';
import type { StreamModel } from '../language/model.ts';
import { didYouMean, inWords } from '../language/near-match.ts';
import type { Problem } from '../language/problem.ts';
import { type Place, textOf } from '../language/source-node.ts';
import { isScalarType, typeInWords } from '../path/value-type.ts';

type Say = (
  severity: Problem['severity'],
  code: string,
  place: Place,
  message: string,
  hint?: string,
) => void;

/** The names in `key`, each once. One name needs no list. */
export function keyNames(model: StreamModel, say: Say): readonly string[] {
  const { key } = model;
  const example = model.columns[0]?.name ?? 'id';
  if (key === undefined) {
    say(
      'error',
      'key/missing',
      model.place,
      'The stream has no key: nothing says which rows are the same.',
      `Write \`key: [${example}]\` with the columns that together name a row.`,
    );
    return [];
  }
  const names = key.kind === 'list' ? key.items.map(textOf) : [textOf(key)];
  const known = names.filter((name) => name !== undefined);
  if (known.length < names.length || names.length === 0) {
    say(
      'error',
      'key/not_names',
      key.place,
      '`key` is a list of names of columns.',
      `Write \`key: [${example}]\`.`,
    );
  }
  const twice = known.find((name, at) => known.indexOf(name) < at);
  if (twice !== undefined)
    say('error', 'key/repeated', key.place, `"${twice}" is in the key twice.`, 'Name it once.');
  return [...new Set(known)];
}

/**
 * Each column of the key must be there, hold one value, and never be null. What a live API calls nullable is rarely null:
 * then it is worth a warning, and a row whose key is null is held back.
 */
export function checkKey(
  model: StreamModel,
  names: readonly string[],
  drafts: readonly ColumnDraft[],
  isLive: boolean,
  say: Say,
): void {
  for (const name of names) {
    const place = placeOf(model, name);
    const draft = drafts.find((candidate) => candidate.name === name);
    if (draft === undefined) {
      // A column that did not compile has its own problem.
      if (model.columns.some((column) => column.name === name)) continue;
      const columns = model.columns.map((column) => column.name);
      say(
        'error',
        'key/unknown_column',
        place,
        `The key names "${name}", and there is no such column.`,
        didYouMean(name, columns) ?? `The columns are ${inWords(columns, 'and')}.`,
      );
    } else if (draft.isDropped) {
      say(
        'error',
        'key/dropped',
        place,
        `The key names "${name}", which is dropped.`,
        'Use `pii: hash`: it keeps rows apart and shows nobody.',
      );
    } else if (!isScalarType(draft.type) || draft.type.kind === 'json') {
      say(
        'error',
        'key/not_a_value',
        place,
        `The key names "${name}", which is ${typeInWords(draft.type)}.`,
        'Take columns that hold one value, such as an id.',
      );
    } else if (draft.type.nullable && isLive && draft.missing === undefined) {
      say(
        'warning',
        'key/nullable',
        place,
        `The key names "${name}", which can be null in this shop's API: a row where it is null is held back and counted.`,
      );
    } else if (draft.type.nullable && (draft.missing === undefined || draft.missing.by === 'kind')) {
      say(
        'error',
        'key/nullable',
        place,
        `The key names "${name}", which can be null: ${draft.text} is not always there.`,
        'Take a column that every row has, such as an id, or give this one a `default`.',
      );
    }
  }
}

function placeOf({ key, place }: StreamModel, name: string): Place {
  if (key === undefined) return place;
  if (key.kind !== 'list') return key.place;
  return key.items.find((item) => textOf(item) === name)?.place ?? key.place;
}
