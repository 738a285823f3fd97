import {
  catalogKeywords,
  columnKeywords,
  knownEntries,
  streamKeywords,
  testKeywords,
  wrongKind,
} from './keywords.ts';
import type { Report } from './problem.ts';
import { kindInWords, type MapNode, type Place, type SourceNode } from './source-node.ts';
import type { CatalogColumn } from './tenant-catalog.generated.ts';
import { catalogExample } from './yaml-source.ts';

export type ColumnKeyword = keyof CatalogColumn;

/** A merged catalog whose keywords are known ones; what their values mean is for the compiler. */
export interface CatalogModel {
  readonly tenant: string | undefined;
  readonly streams: readonly StreamModel[];
}

export interface StreamModel {
  readonly name: string;
  readonly place: Place;
  readonly from: SourceNode | undefined;
  readonly each: SourceNode | undefined;
  readonly where: MapNode | undefined;
  readonly key: SourceNode | undefined;
  readonly description: string | undefined;
  readonly columns: readonly ColumnModel[];
  readonly tests: readonly TestModel[];
}

export interface ColumnModel {
  readonly name: string;
  readonly place: Place;
  /** The short form is a `path`. */
  readonly keywords: ReadonlyMap<ColumnKeyword, SourceNode>;
  /** A keyword of it was refused, and the problem is reported: it cannot be compiled, but its name is taken. */
  readonly isRefused: boolean;
}

export interface TestModel {
  readonly name: string | undefined;
  readonly place: Place;
  readonly given: MapNode;
  readonly expect: SourceNode | undefined;
  readonly expectError: string | undefined;
}

const testExample =
  'For example: `given: { number: 7 }` with `expect: { number: 7 }`, or `expect: [{ … }, { … }]` for several rows.';

/** The top of one file, before it is merged: only what must hold for each file by itself. */
export function checkFile(root: SourceNode | undefined, report: Report): MapNode | undefined {
  if (root === undefined) return undefined;
  if (root.kind !== 'map') {
    const message = `A catalog is names with values below them; this is ${kindInWords(root)}.`;
    report({ severity: 'error', code: 'catalog/wrong_kind', ...root.place, message, hint: catalogExample });
    return undefined;
  }
  if (Object.keys(catalogKeywords).every((keyword) => !root.entries.has(keyword))) {
    const message = 'This is not a catalog: it has neither `version` nor `streams`.';
    report({
      severity: 'error',
      code: 'catalog/not_a_catalog',
      ...root.place,
      message,
      hint: catalogExample,
    });
    return undefined;
  }
  const version = root.entries.get('version');
  const isVersionOne = version?.value.kind === 'scalar' && version.value.value === 1;
  if (!isVersionOne) {
    const message =
      version === undefined
        ? 'The catalog does not say its version.'
        : 'This version of the language is not known.';
    const place = version?.value.place ?? root.place;
    report({
      severity: 'error',
      code: 'catalog/version',
      ...place,
      message,
      hint: 'Write `version: 1` as its first line.',
    });
  }
  knownEntries(root, catalogKeywords, { what: 'a catalog' }, report);
  return root;
}

export function modelOf(root: MapNode, report: Report): CatalogModel {
  const streams = root.entries.get('streams')?.value;
  return {
    tenant: stringOf(root.entries.get('tenant')?.value),
    streams:
      streams?.kind === 'map'
        ? [...streams.entries].flatMap(([name, { keyPlace, value }]) =>
            streamOf(name, keyPlace, value, report),
          )
        : [],
  };
}

function streamOf(name: string, place: Place, node: SourceNode, report: Report): readonly StreamModel[] {
  const owner = { what: 'a stream', stream: name };
  if (node.kind !== 'map') {
    wrongKind(
      owner,
      node,
      `A stream is keywords with values below them; "${name}" is ${kindInWords(node)}.`,
      'Write `from`, `key` and `columns` below it.',
      report,
    );
    return [];
  }
  const known = knownEntries(node, streamKeywords, owner, report);
  const where = known.get('where');
  const columns = known.get('columns');
  const tests = known.get('tests');
  return [
    {
      name,
      place,
      from: known.get('from'),
      each: known.get('each'),
      where: where?.kind === 'map' ? where : undefined,
      key: known.get('key'),
      description: stringOf(known.get('description')),
      columns: columns?.kind === 'map' ? columnsOf(columns, name, '', report) : [],
      tests: tests?.kind === 'list' ? tests.items.flatMap((item) => testOf(item, name, report)) : [],
    },
  ];
}

/** The columns of a stream, or (with a prefix such as `lines.`) of a nested `each`. */
export function columnsOf(
  node: MapNode,
  stream: string,
  prefix: string,
  report: Report,
): readonly ColumnModel[] {
  return [...node.entries].flatMap(([name, { keyPlace, value }]): readonly ColumnModel[] => {
    const owner = { what: 'a column', stream, columnName: `${prefix}${name}` };
    if (value.kind === 'scalar' && typeof value.value === 'string') {
      return [{ name, place: keyPlace, keywords: new Map([['path', value]]), isRefused: false }];
    }
    if (value.kind === 'map') {
      const keywords = knownEntries(value, columnKeywords, owner, report);
      return [{ name, place: keyPlace, keywords, isRefused: keywords.size < value.entries.size }];
    }
    const hint =
      value.kind === 'list'
        ? `For the first of several paths that has a value, write \`${name}: { first: […] }\`.`
        : `For a fixed value, write \`${name}: { const: ${value.value ?? '…'} }\`.`;
    wrongKind(owner, value, `A column is a path or an object; this is ${kindInWords(value)}.`, hint, report);
    return [{ name, place: keyPlace, keywords: new Map(), isRefused: true }];
  });
}

function testOf(node: SourceNode, stream: string, report: Report): readonly TestModel[] {
  const owner = { what: 'a test', stream };
  if (node.kind !== 'map') {
    wrongKind(
      owner,
      node,
      `A test is \`given\` with \`expect\`, \`expect_error\` or both; this is ${kindInWords(node)}.`,
      undefined,
      report,
    );
    return [];
  }
  const known = knownEntries(node, testKeywords, owner, report);
  const given = known.get('given');
  const expect = known.get('expect');
  const expectError = stringOf(known.get('expect_error'));
  if (given?.kind !== 'map' || (expect === undefined && expectError === undefined)) {
    const message = 'A test needs `given`, and `expect`, `expect_error` or both.';
    wrongKind(owner, node, message, testExample, report);
    return [];
  }
  const rows = expect?.kind === 'list' ? expect.items : expect === undefined ? [] : [expect];
  const wrong = rows.find(({ kind }) => kind !== 'map');
  if (wrong !== undefined) {
    const message = `\`expect\` is a row, or a list of rows; this is ${kindInWords(wrong)}.`;
    wrongKind(owner, wrong, message, testExample, report);
    return [];
  }
  return [{ name: stringOf(known.get('name')), place: node.place, given, expect, expectError }];
}

function stringOf(node: SourceNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}
