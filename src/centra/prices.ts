import { type GraphQLSchema, parse } from 'graphql';
import { type CostFunction, compileCost, type Variables } from './cost.ts';

export interface PricedQuery {
  readonly query: string;
  readonly operationName?: string;
  readonly variables: Variables;
}

/** A read has some tens of query texts; whoever writes values into them must not fill the memory. */
const MOST_TEXTS = 500;

/** What queries cost by the formula: each text is parsed once. Nothing is known before there is a schema. */
export class Prices {
  readonly #costs = new Map<string, CostFunction>();
  #schema: GraphQLSchema | undefined;

  useSchema(schema: GraphQLSchema): void {
    this.#schema = schema;
    this.#costs.clear();
  }

  of({ query, operationName, variables }: PricedQuery): number | undefined {
    if (this.#schema === undefined) return undefined;
    const key = `${operationName ?? ''} ${query}`;
    let cost = this.#costs.get(key);
    if (cost === undefined) {
      if (this.#costs.size >= MOST_TEXTS) this.#costs.clear();
      cost = compiled(query, this.#schema, operationName);
      this.#costs.set(key, cost);
    }
    // What the formula knows nothing about is not free.
    return cost(variables) || undefined;
  }
}

function compiled(query: string, schema: GraphQLSchema, operationName: string | undefined): CostFunction {
  try {
    return compileCost(parse(query, { noLocation: true }), schema, operationName);
  } catch {
    // The API says what is wrong with it.
    return () => 0;
  }
}
