import type { GraphQLNamedType, GraphQLSchema } from 'graphql';
import type { Selection } from './selection.ts';
import { fieldOf, selectedFields } from './selection-walk.ts';

/** A list that a selection asks for below the root object. */
export interface NestedList {
  /** Response keys from the root object down to the list. */
  readonly path: readonly string[];
  /** `Order.paymentHistory`, for people. */
  readonly name: string;
  /**
   * `whole`: all elements come. `cut`: the API cuts it at a limit, in silence. `optional`: it takes a limit, and all
   * elements come while none is sent.
   */
  readonly extent: 'whole' | 'cut' | 'optional';
  /** The number of elements that the query asks for at most; undefined where it sends no limit, or the sync gives it by a variable. */
  readonly limit: number | undefined;
  /** The argument that turns the pages, where there is one. */
  readonly pageArgument: 'page' | undefined;
}

/** The lists of a selection on a type, those above before those below. */
export function nestedListsOf(
  selection: Selection,
  type: GraphQLNamedType | undefined,
  schema: GraphQLSchema,
  reference: GraphQLSchema,
): readonly NestedList[] {
  if (type === undefined) return [];
  return [...selectedFields(selection, type, schema)]
    .filter(({ isList }) => isList)
    .map(({ owner, selected, keys }): NestedList => {
      const given = Number(selected.args.find(({ name }) => name === 'limit')?.literal);
      const args = fieldOf(owner, selected.name)?.args ?? [];
      const limit = args.find(({ name }) => name === 'limit');
      const documented = fieldOf(reference.getType(owner.name), selected.name)?.args.find(
        ({ name }) => name === 'limit',
      );
      const isCut = typeof (limit?.defaultValue ?? documented?.defaultValue) === 'number';
      return {
        path: keys,
        name: `${owner.name}.${selected.name}`,
        extent: limit === undefined ? 'whole' : isCut ? 'cut' : 'optional',
        limit: Number.isInteger(given) ? given : undefined,
        pageArgument: args.some(({ name }) => name === 'page') ? 'page' : undefined,
      };
    });
}
