import { type GraphQLSchema, parse } from 'graphql';
import type { Query } from '../../centra/client.ts';
import { compileCost } from '../../centra/cost.ts';

/** Complexity points: `perRequest` once, `perRow` for each row of a page. */
export interface PageCost {
  readonly perRequest: number;
  readonly perRow: number;
}

/** What the dearest of the queries costs. The variables that hold the number of its rows say how it grows with them. */
export function pageCost(queries: readonly Query[], schema: GraphQLSchema): PageCost {
  const costs = queries.map((query) => costByRows(query, schema));
  const [dearest] = costs.toSorted((a, b) => b.whole - a.whole);
  return { perRequest: dearest?.perRequest ?? 0, perRow: dearest?.perRow ?? 0 };
}

function costByRows({ query, operationName, variables, rows }: Query, schema: GraphQLSchema) {
  const cost = compileCost(parse(query), schema, operationName);
  const whole = cost(variables);
  if (rows === undefined) return { whole, perRequest: whole, perRow: 0 };
  const costOf = (count: number) =>
    cost(
      Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, value === rows ? count : value]),
      ),
    );
  return { whole, perRequest: costOf(0), perRow: costOf(1) - costOf(0) };
}
