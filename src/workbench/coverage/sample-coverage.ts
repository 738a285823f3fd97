import type { GraphQLSchema } from 'graphql';
import type { CentraClient } from '../../centra/client.ts';
import { ConnectorError } from '../../errors.ts';
import { rootNames } from '../../roots/derive.ts';
import { openRoot } from '../../shop/open-root.ts';
import type { OpenCatalog } from '../open-catalog.ts';
import { type CoverageInput, coverageOf, type GroupSample } from './coverage.ts';
import type { CoverageReport } from './coverage-text.ts';
import { mappedData } from './mapped-data.ts';
import { type GroupData, type StreamGroup, unmappedData } from './unmapped-data.ts';

/** Parents of a nested list whose pages the sync turns: each brings up to a tenth of the sample. */
const NESTED_PARENTS = 20;

/** Finds what the shop has and the catalog does not map, and how often it is filled; `rows` of each root list are looked at. */
export async function sampleCoverage(
  { client, schemas, compiled, loaded, label }: OpenCatalog,
  rows: number,
  signal: AbortSignal,
): Promise<CoverageReport> {
  if (client === undefined) throw new RangeError('The API is known.');
  const groups = groupsOf(compiled.streams);
  const mapped = mappedData(loaded.catalog, compiled.streams, schemas.schema);
  const dataOf = unmappedData(groups, mapped, schemas);
  const samples: GroupSample[] = [];
  const gaps = compiled.unreadable.map(({ reason }) => reason);
  for (const group of groups) {
    const data = dataOf.get(group) ?? { levels: [], unmapped: [] };
    try {
      samples.push(await sampleGroup(group, data, client, schemas.schema, rows, signal));
    } catch (error) {
      if (!isGap(error)) throw error;
      gaps.push(error.message);
    }
  }
  const context: CoverageInput['context'] = {
    snapshotAt: `${new Date(schemas.serverNowMs).toISOString().slice(0, 19)}Z`,
  };
  const { requests, complexity } = client.usage();
  return {
    label,
    coverage: coverageOf({ samples, mapped, schemas, context }),
    sampled: samples.map(({ group, objects }) => ({ root: group.root, rows: objects.length })),
    unreadLists: rootNames(schemas.schema).filter((name) => !groups.some(({ root }) => root === name)),
    gaps,
    requests,
    complexity,
  };
}

/** One list that may not be read, or not by this version of the API, keeps nobody from looking at the others. */
function isGap(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && (error.kind === 'permission' || error.kind === 'schema');
}

/** Streams with the same root and filter are sampled by the same request. */
function groupsOf(streams: StreamGroup['streams']): readonly StreamGroup[] {
  const groups = new Map<string, StreamGroup>();
  for (const stream of streams) {
    const key = JSON.stringify([stream.root.root, stream.where ?? null]);
    const known = groups.get(key)?.streams ?? [];
    groups.set(key, { root: stream.root.root, streams: [...known, stream] });
  }
  return [...groups.values()];
}

async function sampleGroup(
  group: StreamGroup,
  data: GroupData,
  client: CentraClient,
  schema: GraphQLSchema,
  rows: number,
  signal: AbortSignal,
): Promise<GroupSample> {
  const [first] = group.streams;
  if (first === undefined) throw new RangeError('A group has a stream.');
  const { root, where } = first;
  const isNested =
    root.change.kind === 'snapshot' &&
    group.streams.some(({ each }) => root.change.kind === 'snapshot' && each[0] === root.change.nestedList);
  const columns = group.streams.flatMap((stream) => stream.columns);
  const { objects, refused } = await openRoot(client, schema, root, where).sample(
    {
      parts: [...columns, ...data.unmapped],
      rows: isNested ? Math.min(rows, NESTED_PARENTS) : rows,
      nestedRows: Math.min(200, Math.max(1, Math.ceil(rows / 10))),
    },
    signal,
  );
  return { group, ...data, objects, refused };
}
