import { type GraphQLSchema, getNamedType, isEnumType, parse } from 'graphql';
import type { CheckedCatalog } from '../../catalog/compile/checked-catalog.ts';
import { type CompiledCatalog, compileCatalog } from '../../catalog/compile/compile.ts';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import { type ElementUse, elementUses } from '../../catalog/compile/inferred-uses.ts';
import { emptySelection } from '../../catalog/query/selection.ts';
import { fieldOf } from '../../catalog/query/selection-walk.ts';
import { costOf } from '../../centra/cost.ts';
import type { AskedQuery, RecordedClient } from '../../centra/recorded-client.ts';
import { bundledSchema, liveSchema } from '../../centra/schema.ts';
import type { Configuration } from '../../config/load.ts';
import { askRateLimits } from '../../shop/rate-limits.ts';
import { neededPermissions } from '../explain/permission-list.ts';
import { attempt, isAboutAccess, isOutage } from './attempt.ts';
import { behaviourFacts, eventsConclusion } from './behaviour.ts';
import type { CostFinding, Diagnosis, PermissionFindings, Probed, SchemaFindings } from './diagnosis.ts';
import { elementFacts } from './element-facts.ts';
import { permissionRounds, type Rounds } from './permission-rounds.ts';
import { probeEventSystem, probeOrders } from './probe-orders.ts';
import { type SchemaDifference, schemaDifferences, touchesUses } from './schema-difference.ts';

export interface ExamineInput {
  readonly client: RecordedClient;
  readonly configuration: Pick<Configuration, 'piiKey' | 'piiKeyId'>;
  /** The one that the configuration names. */
  readonly catalog: CheckedCatalog;
  readonly bundled: readonly CheckedCatalog[];
  readonly version: string;
  readonly signal: AbortSignal;
}

/** Asks the shop a few small questions, each of which may fail by itself. Nothing is changed, and no row is kept. */
export async function examineShop(input: ExamineInput): Promise<Diagnosis> {
  const { client, catalog, bundled, version, signal, configuration } = input;
  const reference = await bundledSchema();
  const read = await attempt(() => liveSchema(client, signal, { hasFallback: true }), isAboutAccess);
  const live = read.found?.schema;
  const schema = live ?? reference;
  if (live === undefined) client.priceBy?.(reference);
  // An API that fails in this small question too is down.
  const limits = await attempt(
    () => askRateLimits(client, signal),
    live === undefined ? isOutage : undefined,
  );
  const uses = usesOf([...bundled, catalog], reference);
  const differences = live === undefined ? [] : schemaDifferences(reference, live);
  const compile = compiledOnce((withoutPermissions) =>
    compileCatalog(catalog.loaded, {
      schema,
      reference,
      piiKey: configuration.piiKey?.reveal(),
      piiKeyId: configuration.piiKeyId,
      withoutPermissions,
    }),
  );
  const rounds = await permissionRounds({ client, schema, signal, compile });
  const orders = await probeOrders(client, schema, signal);
  const { listeners, event, ordersOfEvent } = await probeEventSystem(client, schema, signal);
  const asked = client.asked();
  const complexity = costsOf(asked, schema);
  const waiting: Probed<{ object_type: string; change_type: string } | null> =
    event.failure === undefined
      ? {
          found:
            event.found === undefined
              ? null
              : { object_type: event.found.objectType, change_type: event.found.changeType },
        }
      : { failure: event.failure };
  const usage = client.usage();
  return {
    version,
    app_version: asked.find(({ appVersion }) => appVersion !== undefined)?.appVersion ?? null,
    schema: schemaFindings(differences, uses, reference, live === undefined ? (read.failure ?? '') : null),
    facts: [
      ...behaviourFacts({
        ...orders,
        costs: complexity,
        event,
        ordersOfEvent,
        deliveryStatuses: live === undefined ? undefined : deliveryStatusesIn(live),
      }),
      ...elementFacts(
        uses.filter(({ what }) => what.length > 0),
        { live, differences, seen: seenIn(rounds, reference) },
      ),
    ],
    permissions: permissionFindings(compile, rounds),
    catalog_errors: compile(new Set()).problems.filter(({ severity }) => severity === 'error').length,
    streams: streamFindings(compile, rounds),
    complexity,
    limits,
    clock_difference_ms:
      asked.find(({ clockDifferenceMs }) => clockDifferenceMs !== undefined)?.clockDifferenceMs ?? null,
    durations: durationsOf(asked, rounds),
    orders: orders.orders,
    events: { listeners, waiting, conclusion: eventsConclusion({ listeners, waiting }) },
    asked: { requests: usage.requests, complexity: usage.complexity },
  };
}

/** What any of the catalogs asks for, each element once. */
function usesOf(catalogs: readonly CheckedCatalog[], reference: GraphQLSchema): readonly ElementUse[] {
  const found = new Map<string, ElementUse>();
  for (const catalog of catalogs)
    for (const use of elementUses(catalog.bind(reference), reference)) found.set(use.element, use);
  return [...found.values()];
}

/** The elements that a page was answered with. */
function seenIn({ answered }: Rounds, reference: GraphQLSchema): ReadonlySet<string> {
  const uses = (streams: readonly CompiledStream[]) =>
    elementUses({ streams }, reference).map(({ element }) => element);
  // What the sync asks for beside the selection, a page of a few rows does not.
  const ofTheSync = new Set(
    uses(answered.map((stream) => ({ ...stream, selection: emptySelection, where: undefined }))),
  );
  return new Set(uses(answered).filter((element) => !ofTheSync.has(element)));
}

function schemaFindings(
  differences: readonly SchemaDifference[],
  uses: readonly ElementUse[],
  reference: GraphQLSchema,
  failure: string | null,
): SchemaFindings {
  const touched = new Set(uses.map(({ element }) => element));
  const isTouched = (difference: SchemaDifference) => touchesUses(difference, touched, reference);
  const elsewhere: Record<string, number> = {};
  for (const difference of differences)
    if (!isTouched(difference)) elsewhere[difference.kind] = (elsewhere[difference.kind] ?? 0) + 1;
  return { is_live: failure === null, failure, differences: differences.filter(isTouched), elsewhere };
}

/** What was answered with a cost, but for the query for the schema. */
function costsOf(asked: readonly AskedQuery[], schema: GraphQLSchema): readonly CostFinding[] {
  return asked.flatMap(({ query, complexity }) => {
    if (complexity === undefined || query.operationName === 'IntrospectionQuery') return [];
    const computed = costOf(parse(query.query), query.variables, schema, query.operationName);
    return [{ what: query.what, computed, told: complexity }];
  });
}

function deliveryStatusesIn(schema: GraphQLSchema): readonly string[] | undefined {
  const status = fieldOf(schema.getType('PurchaseOrderDelivery'), 'status');
  const type = getNamedType(status?.type);
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : undefined;
}

type Compile = (withoutPermissions: ReadonlySet<string>) => CompiledCatalog;

/** The same permissions give the same catalog, and a large one takes its time. */
function compiledOnce(compile: Compile): Compile {
  const known = new Map<string, CompiledCatalog>();
  return (withoutPermissions) => {
    const name = [...withoutPermissions].sort().join(' ');
    const compiled = known.get(name) ?? compile(withoutPermissions);
    known.set(name, compiled);
    return compiled;
  };
}

function permissionFindings(compile: Compile, { missing }: Rounds): PermissionFindings {
  const needed = neededPermissions(compile(new Set()).streams);
  return {
    needed: needed.length,
    missing: [...missing].sort().map((permission) => {
      const need = needed.find((one) => one.permission === permission);
      return {
        permission,
        streams: need?.streams ?? [],
        columns: need?.columns ?? [],
      };
    }),
  };
}

function streamFindings(compile: Compile, { missing, failed }: Rounds): Diagnosis['streams'] {
  const { streams, unreadable } = compile(missing);
  return [
    ...streams.map(({ name }) => {
      const reason = failed.get(name) ?? null;
      return { stream: name, is_readable: reason === null, reason };
    }),
    ...unreadable.map(({ stream, reason }) => ({ stream, is_readable: false, reason })),
  ];
}

function durationsOf(asked: readonly AskedQuery[], { pages }: Rounds): Diagnosis['durations'] {
  const schema = asked.find(({ query }) => query.operationName === 'IntrospectionQuery');
  return [
    ...(schema === undefined ? [] : [{ what: 'the schema', rows: null, ms: Math.round(schema.durationMs) }]),
    ...pages,
  ];
}
