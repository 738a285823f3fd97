import { didYouMean, inWords } from './near-match.ts';
import type { Report } from './problem.ts';
import { isNullNode, kindInWords, type MapNode, type SourceNode } from './source-node.ts';
import type { CatalogColumn, CatalogStream, CatalogTest, TenantCatalog } from './tenant-catalog.generated.ts';

/** What kind of value a keyword takes; what it means is for the compiler. */
export type ValueKind = 'text' | 'map' | 'list' | 'any';

export const catalogKeywords: Readonly<Record<keyof TenantCatalog, ValueKind>> = {
  version: 'any',
  tenant: 'text',
  extends: 'text',
  streams: 'map',
};

export const streamKeywords: Readonly<Record<keyof CatalogStream, ValueKind>> = {
  from: 'text',
  each: 'text',
  where: 'map',
  key: 'any',
  description: 'text',
  columns: 'map',
  tests: 'list',
};

/** What the values of the keywords are is the business of each operator. */
export const columnKeywords: Readonly<Record<keyof CatalogColumn, ValueKind>> = {
  path: 'text',
  first: 'list',
  const: 'any',
  each: 'text',
  columns: 'map',
  all: 'list',
  pii: 'text',
  trim: 'any',
  lower: 'any',
  upper: 'any',
  split: 'text',
  map: 'map',
  else: 'any',
  join: 'text',
  type: 'text',
  default: 'any',
  on_error: 'any',
  description: 'text',
};

export const testKeywords: Readonly<Record<keyof CatalogTest, ValueKind>> = {
  name: 'text',
  given: 'map',
  expect: 'any',
  expect_error: 'text',
};

const kindsInWords: Readonly<Record<ValueKind, string>> = {
  text: 'a text',
  map: 'names with values below it',
  list: 'a list, as in [a, b]',
  any: 'a value',
};

export interface Owner {
  readonly what: string;
  readonly stream?: string;
  readonly columnName?: string;
}

/** The entries under known keywords with values of the right kind; the others are reported. */
export function knownEntries<Keyword extends string>(
  node: MapNode,
  keywords: Readonly<Record<Keyword, ValueKind>>,
  owner: Owner,
  report: Report,
): ReadonlyMap<Keyword, SourceNode> {
  const known = new Map<Keyword, SourceNode>();
  for (const [keyword, { keyPlace, value }] of node.entries) {
    if (!isKeyOf(keywords, keyword)) {
      const { what, ...subject } = owner;
      report({
        severity: 'error',
        code: 'catalog/unknown_keyword',
        ...keyPlace,
        ...subject,
        message: `"${keyword}" is not a keyword of ${what}.`,
        hint: hintFor(keyword, value, Object.keys(keywords)),
      });
      continue;
    }
    const kind = keywords[keyword];
    if (isOfKind(value, kind)) known.set(keyword, value);
    else
      wrongKind(
        owner,
        value,
        `\`${keyword}\` takes ${kindsInWords[kind]}; this is ${kindInWords(value)}.`,
        undefined,
        report,
      );
  }
  return known;
}

function hintFor(keyword: string, value: SourceNode, known: readonly string[]): string {
  if (/\s/.test(keyword) || isNullNode(value))
    return 'Between { and }, a comma ends a text: put double quotes around the whole text.';
  return didYouMean(keyword, known) ?? `The keywords are ${inWords(known, 'and')}.`;
}

function isKeyOf<Keyword extends string>(
  keywords: Readonly<Record<Keyword, ValueKind>>,
  name: string,
): name is Keyword {
  return Object.hasOwn(keywords, name);
}

function isOfKind(node: SourceNode, kind: ValueKind): boolean {
  if (kind === 'any') return true;
  return kind === 'text' ? node.kind === 'scalar' && typeof node.value === 'string' : node.kind === kind;
}

export function wrongKind(
  owner: Owner,
  node: SourceNode,
  message: string,
  hint: string | undefined,
  report: Report,
): void {
  const { what: _, ...subject } = owner;
  const problem = {
    severity: 'error',
    code: 'catalog/wrong_kind',
    ...node.place,
    ...subject,
    message,
  } as const;
  report(hint === undefined ? problem : { ...problem, hint });
}
