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
  bundled ??= readBundled();
  return bundled;
}

/** Read once: a read asks for it before it asks the shop, and again beside the shop's own. */
let bundled: Promise<GraphQLSchema> | undefined;

async function readBundled(): Promise<GraphQLSchema> {
  const text = await readFile(join(packageRoot, 'schemas', 'centra.graphql'), 'utf8');
  return buildSchema(text, { assumeValid: true });
}

export interface LiveSchema {
  readonly schema: GraphQLSchema;
  /** The server's clock at that moment, milliseconds since 1970. */
  readonly serverTimeMs: number | undefined;
}

/** What the shop's API says of itself: it needs a valid token and no permission. */
export async function liveSchema(client: CentraClient, signal: AbortSignal): Promise<LiveSchema> {
  const answer = await client.ask(
    {
      what: 'its schema',
      operationName: 'IntrospectionQuery',
      query: getIntrospectionQuery({ descriptions: true }),
      variables: {},
    },
    signal,
  );
  try {
    const introspection = answer.data as unknown as IntrospectionQuery;
    return {
      schema: buildClientSchema(introspection, { assumeValid: true }),
      serverTimeMs: answer.serverTimeMs,
    };
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
