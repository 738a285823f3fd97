import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildClientSchema,
  buildSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql';
import { ConnectorError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import type { CentraClient } from './client.ts';

/** The schema that comes with the connector: written from public documentation, with the permissions in its comments. */
export function bundledSchema(): Promise<GraphQLSchema> {
  bundled ??= readFile(join(packageRoot, 'schemas', 'centra.graphql'), 'utf8').then((text) =>
    buildSchema(text, { assumeValid: true }),
  );
  return bundled;
}

/** Parsed at most once in a process: nobody changes it. */
let bundled: Promise<GraphQLSchema> | undefined;

export interface LiveSchema {
  readonly schema: GraphQLSchema;
  /** The server's clock at that moment, milliseconds since 1970. */
  readonly serverTimeMs: number | undefined;
  /** See `Answer`. */
  readonly clockDifferenceMs: number | undefined;
}

export interface LiveSchemaOptions {
  /** There is another schema to go by: an API that cannot answer this question in time is not asked for long. */
  readonly hasFallback?: boolean;
}

/** An API that takes longer over its schema would keep a platform's check waiting for too long. */
const SCHEMA_WITHIN_MS = 12_000;

/** What the shop's API says of itself: it needs a valid token and no permission. From then on it prices the queries. */
export async function liveSchema(
  client: CentraClient,
  signal: AbortSignal,
  { hasFallback = false }: LiveSchemaOptions = {},
): Promise<LiveSchema> {
  const answer = await client.ask(
    {
      what: 'its schema',
      operationName: 'IntrospectionQuery',
      query: getIntrospectionQuery({ descriptions: true }),
      variables: {},
      canNarrow: hasFallback,
      ...(hasFallback && { answerWithinMs: SCHEMA_WITHIN_MS }),
    },
    signal,
  );
  try {
    const introspection = answer.data as unknown as IntrospectionQuery;
    const schema = buildClientSchema(introspection, { assumeValid: true });
    client.priceBy?.(schema);
    const { serverTimeMs, clockDifferenceMs } = answer;
    return { schema, serverTimeMs, clockDifferenceMs };
  } catch (cause) {
    throw new ConnectorError({
      kind: 'schema',
      code: 'centra/introspection',
      message: 'The API answered the question for its schema with something that is not a GraphQL schema.',
      hint: 'Check that "endpoint" is the Integration API, not another GraphQL API.',
      cause,
    });
  }
}
