import { type ExecutionResult, execute, GraphQLError, getOperationAST, OperationTypeNode } from 'graphql';
import { salted } from '../dice.ts';
import type { Environment } from '../environment.ts';
import type { Fault } from '../faults.ts';
import { costOf, type QueryCost } from '../limits/complexity.ts';
import { walkOf } from '../limits/selected-fields.ts';
import { mayAccess, type Token } from '../limits/tokens.ts';
import { type FieldsUsed, fieldsUsed } from './fields-used.ts';
import { failOneField } from './partial-failure.ts';
import type { RequestContext } from './request-context.ts';
import { requestError } from './request-error.ts';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
}

/** The answer to a request that got as far as GraphQL, the time at which the limits let it in, or that it took too long. */
export type GraphqlAnswer = { readonly cost: QueryCost } & (
  | { readonly status: 200 | 400; readonly body: Readonly<Record<string, unknown>> }
  | { readonly status: 429; readonly retryAt: number }
  | { readonly status: 499 }
);

const appVersion = 'v1.60.0';

const noCost: QueryCost = Object.freeze({ complexity: 0, rootFields: [], pageSize: undefined, rows: 0 });
const nothingUsed: FieldsUsed = Object.freeze({ guards: [], deprecated: [] });

export function answerGraphql(
  environment: Environment,
  token: Token,
  request: GraphqlRequest,
  fault: Fault | undefined,
): GraphqlAnswer {
  const { served, limits, shop, clock, hiddenOrders, unservable, slowAbove, introspection } = environment;
  const answered = (result: ExecutionResult, cost: QueryCost, used: FieldsUsed, status: 200 | 400 = 200) => ({
    status,
    cost,
    body: bodyOf(environment, token, request, result, cost, used),
  });
  const prepared = served.prepare(request.query);
  const operation = prepared.document && getOperationAST(prepared.document, request.operationName);
  if (prepared.document === undefined || operation == null) {
    const retryAt = limits.take({ requests: 1, mutations: 0, complexity: 0 });
    if (retryAt !== undefined) return { status: 429, retryAt, cost: noCost };
    const missing = requestError('There is no operation of this name, or none alone, in the query.');
    return answered({ errors: prepared.errors ?? [missing] }, noCost, nothingUsed, 400);
  }
  const may = (permission: string) => isLetIn(environment, token, permission);
  const walk = walkOf(served.schema, prepared.document, operation, request.variables);
  const cost = costOf(walk, operation);
  const used = fieldsUsed(walk, operation, may);
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const retryAt = limits.take({ requests: 1, mutations: isMutation ? 1 : 0, complexity: cost.complexity });
  if (retryAt !== undefined) return { status: 429, retryAt, cost };
  if (cost.rows > (slowAbove.rows ?? Number.POSITIVE_INFINITY)) return { status: 499, cost };
  if (cost.complexity > (slowAbove.complexity ?? Number.POSITIVE_INFINITY)) return { status: 499, cost };
  if (asksForSchema(cost) && introspection.mode === 'refused') {
    const refused = requestError('GraphQL introspection is not allowed.');
    return answered({ errors: [refused] }, cost, used, 400);
  }
  if (fault?.kind === 'internal') {
    const error = new GraphQLError('Internal server error', { extensions: { category: 'internal' } });
    const { body } = answered({ errors: [error] }, cost, used);
    return { status: 200, body: { ...body, data: null }, cost };
  }
  const contextValue: RequestContext = {
    shop,
    clock,
    token,
    hiddenOrders,
    unservable,
    may,
    rateLimits: () => limits.rows(),
  };
  const result = execute({
    schema: served.schema,
    document: prepared.document,
    variableValues: request.variables,
    operationName: request.operationName,
    contextValue,
  }) as ExecutionResult;
  // Without data from the start it was never executed: a variable is missing, or does not fit.
  if (!('data' in result)) return answered(result, cost, used, 400);
  if (fault?.kind === 'partial-internal' && result.data != null) {
    const path = failOneField(served.schema, prepared.document, operation, result.data);
    if (path !== undefined) {
      const error = new GraphQLError('Internal server error', { path, extensions: { category: 'internal' } });
      return answered({ ...result, errors: [...(result.errors ?? []), error] }, cost, used);
    }
  }
  return answered(result, cost, used);
}

export function asksForSchema({ rootFields }: QueryCost): boolean {
  return rootFields.some((name) => name === '__schema' || name === '__type');
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
  used: FieldsUsed,
): Readonly<Record<string, unknown>> {
  const permissionsUsed = used.guards.map((guard) => guard.permission);
  const deprecatedPermissions = used.guards
    .filter(({ permission }) => !mayAccess(token, permission))
    .flatMap((guard) =>
      guard.former !== undefined && token.permissions?.has(guard.former) === true
        ? [`${guard.former}: use ${guard.permission}. Will be removed on ${environment.removalDate}`]
        : [],
    );
  const deprecatedFields = used.deprecated.map(
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
