import { checkNames } from '../../catalog/language/names.ts';

const LONGEST_NAME = 63;

/** Letters that are not a plain letter with a mark. */
const letters: Readonly<Record<string, string>> = {
  æ: 'ae',
  ø: 'o',
  ß: 'ss',
  œ: 'oe',
  đ: 'd',
  ł: 'l',
  þ: 'th',
  ð: 'd',
};

/** Any text as snake_case: `Årgång-2`, `longName` and `long name` become `argang_2`, `long_name` and `long_name`. */
export function snakeCase(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[æøßœđłþð]/g, (letter) => letters[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

/** Keys that say nothing which the attribute's own name does not say. */
const plainKeys: ReadonlySet<string> = new Set(['text', 'value']);

/** What a column for an element of an attribute is called, before anything else is known: `or_channel_campaign`. */
export function elementName(type: string, key: string, isOnlyElement: boolean): string {
  const outer = snakeCase(type);
  const inner = snakeCase(key);
  if (outer === '' || inner === '') return outer + inner === '' ? 'attribute' : outer + inner;
  const isSaid =
    [inner, `${inner}s`].some((said) => outer === said || outer.endsWith(`_${said}`)) ||
    (isOnlyElement && plainKeys.has(inner));
  return isSaid ? outer : `${outer}_${inner}`;
}

/** A name that no other column of the stream has, and that warehouses and platforms take; it is taken from then on. */
export function freeName(wanted: string, suffix: string, taken: Set<string>): string {
  const begun = /^[a-z]/.test(wanted) ? wanted : `attribute_${wanted}`;
  for (let turn = 1; ; turn += 1) {
    const ending = `${isRefused(begun + suffix) ? '_attribute' : ''}${suffix}${turn === 1 ? '' : `_${turn}`}`;
    const name = `${begun.slice(0, LONGEST_NAME - ending.length).replace(/_+$/, '')}${ending}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

/** As a word of SQL is, or a reserved prefix; a name that is only too long gets cut. */
function isRefused(name: string): boolean {
  let isFaulty = false;
  const place = { file: '', line: 1, column: 1 };
  checkNames(
    [{ name: name.slice(0, LONGEST_NAME), place }],
    (columnName) => ({ what: 'column', stream: '', columnName }),
    () => {
      isFaulty = true;
    },
  );
  return isFaulty;
}
