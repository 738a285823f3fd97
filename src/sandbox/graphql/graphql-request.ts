import { type ExecutionResult, execute, GraphQLError, getOperationAST, OperationTypeNode } from 'graphql';
import { salted } from '../dice.ts';
import type { Environment } from '../environment.ts';
import type { Fault } from '../faults.ts';
import { costOf, type QueryCost } from '../limits/complexity.ts';
import { mayAccess, type Token } from '../limits/tokens.ts';
import { failOneField } from './partial-failure.ts';
import type { RequestContext } from './request-context.ts';
import { requestError } from './request-error.ts';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
}

/** The answer to a request that got as far as GraphQL, or the time at which the limits let it in. */
export type GraphqlAnswer =
  | { readonly body: Readonly<Record<string, unknown>>; readonly cost: QueryCost; readonly retryAt?: never }
  | { readonly retryAt: number; readonly cost: QueryCost; readonly body?: never };

const appVersion = 'v1.60.0';

const noCost: QueryCost = Object.freeze({
  complexity: 0,
  guards: [],
  deprecated: [],
  rootFields: [],
  pageSize: undefined,
});

export function answerGraphql(
  environment: Environment,
  token: Token,
  request: GraphqlRequest,
  fault: Fault | undefined,
): GraphqlAnswer {
  const { served, limits, shop, clock, hasEvents } = environment;
  const prepared = served.prepare(request.query);
  const operation = prepared.document && getOperationAST(prepared.document, request.operationName);
  if (prepared.document === undefined || operation == null) {
    const retryAt = limits.take({ requests: 1, mutations: 0, complexity: 0 });
    if (retryAt !== undefined) return { retryAt, cost: noCost };
    const missing = requestError('There is no operation of this name, or none alone, in the query.');
    return {
      body: bodyOf(environment, token, request, { errors: prepared.errors ?? [missing] }, noCost),
      cost: noCost,
    };
  }
  const guarded = (permission: string) => isLetIn(environment, token, permission);
  const cost = costOf(served.schema, prepared.document, operation, request.variables, guarded);
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const retryAt = limits.take({ requests: 1, mutations: isMutation ? 1 : 0, complexity: cost.complexity });
  if (retryAt !== undefined) return { retryAt, cost };
  if (fault?.kind === 'internal') {
    const error = new GraphQLError('Internal server error', { extensions: { category: 'internal' } });
    return { body: { ...bodyOf(environment, token, request, { errors: [error] }, cost), data: null }, cost };
  }
  const contextValue: RequestContext = {
    shop,
    clock,
    token,
    hasEvents,
    may: guarded,
    rateLimits: () => limits.rows(),
  };
  const result = execute({
    schema: served.schema,
    document: prepared.document,
    variableValues: request.variables,
    operationName: request.operationName,
    contextValue,
  }) as ExecutionResult;
  if (fault?.kind === 'partial-internal' && result.data != null) {
    const path = failOneField(served.schema, prepared.document, operation, result.data);
    if (path !== undefined) {
      const error = new GraphQLError('Internal server error', { path, extensions: { category: 'internal' } });
      const errors = [...(result.errors ?? []), error];
      return { body: bodyOf(environment, token, request, { ...result, errors }, cost), cost };
    }
  }
  return { body: bodyOf(environment, token, request, result, cost), cost };
}

/** A token with only the former name of a permission is let in as well. */
function isLetIn({ served }: Environment, token: Token, permission: string): boolean {
  return (
    mayAccess(token, permission) ||
    served.formerNames(permission).some((former) => token.permissions?.has(former))
  );
}

/** As webonyx/graphql-php orders it: errors first, and no `data` at all where it would be null. */
function bodyOf(
  environment: Environment,
  token: Token,
  request: GraphqlRequest,
  result: ExecutionResult,
  cost: QueryCost,
): Readonly<Record<string, unknown>> {
  const permissionsUsed = cost.guards.map((guard) => guard.permission);
  const deprecatedPermissions = cost.guards
    .filter(({ permission }) => !mayAccess(token, permission))
    .flatMap((guard) =>
      guard.former !== undefined && token.permissions?.has(guard.former) === true
        ? [`${guard.former}: use ${guard.permission}. Will be removed on ${environment.removalDate}`]
        : [],
    );
  const deprecatedFields = cost.deprecated.map(
    (text) => `${text}. Will be removed on ${environment.removalDate}`,
  );
  const usesMemoryNote = salted(request.query) % 3 === 0;
  return {
    ...(result.errors === undefined ? {} : { errors: result.errors.map(errorBody) }),
    ...(result.data == null ? {} : { data: result.data }),
    extensions: {
      complexity: cost.complexity,
      permissionsUsed,
      appVersion,
      ...(deprecatedFields.length === 0 ? {} : { deprecatedFieldsUsed: deprecatedFields }),
      ...(deprecatedPermissions.length === 0 ? {} : { deprecatedPermissionsUsed: deprecatedPermissions }),
      ...(usesMemoryNote ? { memory: `${(30 + (request.query.length % 40)).toFixed(1)} MB` } : {}),
    },
  };
}

function errorBody(error: GraphQLError): Readonly<Record<string, unknown>> {
  // What a field threw that is no GraphQLError is a fault of the sandbox itself, and looks like one of the API.
  const isOwn = error.originalError === undefined || error.originalError instanceof GraphQLError;
  const extensions = { category: isOwn ? 'graphql' : 'internal', ...error.extensions };
  return {
    message: isOwn ? error.message : 'Internal server error',
    extensions,
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    ...(error.path === undefined ? {} : { path: error.path }),
  };
}
