import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { compileCatalog } from '../../../src/catalog/compile/compile.ts';
import type { CompiledStream } from '../../../src/catalog/compile/compiled.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import {
  type FieldSelection,
  mergeSelections,
  type Selection,
  selectionOfPaths,
} from '../../../src/catalog/query/selection.ts';
import { rateLimitsQuery } from '../../../src/centra/rate-limits.ts';
import { rootDefinition } from '../../../src/roots/derive.ts';
import { knownRoots } from '../../../src/roots/roots.ts';
import * as documents from '../../../src/shop/documents.ts';
import { findRoot, type LiveRoot } from '../../../src/shop/live-root.ts';
import { nestedLists, pageSelection, withIdentities } from '../../../src/shop/nested/nested-lists.ts';
import { reference } from '../catalog/compile-yaml.ts';

let streams: readonly CompiledStream[];
beforeAll(async () => {
  const loaded = await loadCatalog({ source: 'bundled', name: 'default' });
  streams = compileCatalog(loaded, { schema: reference, reference }).streams;
});

type Named = readonly [name: string, document: documents.Document];

function ofRoot(root: LiveRoot): readonly Named[] {
  const { definition, schema, type, connection, counter, oldestTime } = root;
  const { change, pageKey, id } = definition;
  const light = selectionOfPaths(schema, type, [...new Set([id, pageKey.field])]);
  const whole = mergeSelections([
    ...streams.filter((stream) => stream.root === definition).map(({ selection }) => selection),
    light,
  ]);
  const isNested = change.kind === 'snapshot' && change.nestedList !== undefined;
  const list = isNested ? change.nestedList : 'nothing';
  return [
    ['a page of the list', documents.listPage(root, isNested ? light : whole)],
    ...(connection === undefined
      ? []
      : ([
          ['a page of the Connection', documents.connectionPage(connection, root, whole)],
          ['counts by the Connection', documents.countsByConnection(connection, 2)],
        ] as const)),
    ...(isNested && change.nestedIdentity !== undefined
      ? ([
          [
            'a page of the list in one parent',
            documents.nestedPage(root, list, { identity: change.nestedIdentity.split('.') }, whole),
          ],
          ['where a nested list ends', documents.nestedEnds(root, list, 50, [1, 4])],
          ['the same, closer', documents.nestedEndsOf(root, list, [{ name: 0, probed: [2, 3] }])],
        ] as const)
      : []),
    ['some rows', documents.firstRows(root, 10, whole)],
    ['a sample', documents.samplePage(root, light, { page: 1, hasOldest: true })],
    ...(oldestTime === undefined ? [] : ([['the oldest', documents.oldestRow(root, oldestTime)]] as const)),
    ...(counter === undefined
      ? []
      : ([
          ['a count', documents.countBy(counter)],
          ['several counts', documents.countsBy(counter, 3)],
        ] as const)),
  ];
}

/** What is asked when nested lists came back full: here the deliveries of a purchase order. */
function completions(): readonly Named[] {
  const definition = rootDefinition('purchaseOrders', reference);
  if (definition === undefined) throw new Error('There are purchase orders.');
  const root = findRoot(reference, definition);
  const limit = [{ name: 'limit', literal: '200' }];
  const field = (name: string, args: FieldSelection['args'], ...fields: readonly FieldSelection[]) => ({
    responseKey: name,
    name,
    args,
    selection: fields.length === 0 ? undefined : { fields, fragments: [] },
  });
  const selection: Selection = {
    fields: [field('purchaseOrderDeliveries', limit, field('status', []))],
    fragments: [],
  };
  const lists = nestedLists(selection, root.type, reference, { most: 200 });
  const whole = withIdentities(selection, root.type, reference, lists);
  return lists.flatMap((list): readonly Named[] => [
    [`${list.name} from its beginning`, documents.firstRows(root, 1, whole)],
    [`${list.name} read on`, documents.firstRows(root, 1, pageSelection(whole, list, []))],
  ]);
}

const common: readonly Named[] = [
  ['the types of custom attributes', documents.attributeTypes(['name', 'objectType'], ['key'], false)],
  ['the latest order', documents.latestOrder],
  ['a look at what is listened to', documents.listenedTo],
  ['a look at the oldest event', documents.oldestEvent],
  ['the kinds of events that are queued', documents.eventListeners(true)],
  ['queue these too', documents.listenTo(['Order', 'Return'], ['UPDATED', 'DELETED'])],
  [
    'the events that wait',
    documents.waitingEvents(
      [
        { objectType: 'Order', changeTypes: ['CREATED', 'UPDATED'] },
        { objectType: 'Order', changeTypes: ['DELETED'] },
        { objectType: 'Return', changeTypes: undefined },
      ],
      true,
    ),
  ],
  [
    'whether events can be read',
    documents.waitingEvents([{ objectType: undefined, changeTypes: undefined }], true),
  ],
  ['take events out of the queue', documents.confirmEvents([7001, 7002], 'eventsIds')],
  ['the rate limits', rateLimitsQuery],
];

test('every document of the default roots is as it was, and valid in Centra’s schema', async () => {
  const groups = [
    ...knownRoots.map((definition) => [definition.root, ofRoot(findRoot(reference, definition))] as const),
    ['a nested list that came back full', completions()] as const,
    ['whatever the root', common] as const,
  ];
  const text = groups
    .map(([group, named]) =>
      [`# ${group}`, ...named.map(([name, { query }]) => `## ${name}\n${query}`)].join('\n\n'),
    )
    .join('\n\n');
  for (const [group, named] of groups) {
    for (const [name, { operationName, query }] of named) {
      const document = parse(query);
      expect(validate(reference, document), `${group}: ${name}`).toEqual([]);
      expect(document.definitions).toMatchObject([{ name: { value: operationName } }]);
    }
  }
  await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, '../../golden/shop/documents.txt'));
});
