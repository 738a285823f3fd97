import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { JsonObject } from '../../json.ts';
import { isObject } from '../../json.ts';
import type { RootDefinition } from '../../roots/definition.ts';
import type { MapNode, Place } from '../language/source-node.ts';
import type { StoreType } from './field-step.ts';
import { checkInput, type InputFault, inputOfYaml } from './input-values.ts';

export type CheckedWhere =
  | { readonly kind: 'good'; readonly where: JsonObject; readonly deprecated: readonly string[] }
  /**
   * The reference has the field or the value, this shop's API has not: reading without it would read more than was asked
   * for. The beginning of a sentence.
   */
  | { readonly kind: 'missing'; readonly because: string }
  | { readonly kind: 'wrong'; readonly faults: readonly WhereFault[] };

interface WhereFault {
  readonly code: string;
  readonly place: Place;
  readonly message: string;
  readonly hint?: string;
}

/** Checks a stream's filter against the input type of its root; good, it can go into a GraphQL variable. */
export function checkWhere(
  node: MapNode,
  root: RootDefinition,
  schema: GraphQLSchema,
  reference: GraphQLSchema,
): CheckedWhere {
  const { change } = root;
  const window = change.kind === 'snapshot' ? undefined : node.entries.get(change.filter);
  if (window !== undefined && change.kind !== 'snapshot') {
    const fault = {
      code: 'where/window_field',
      place: window.keyPlace,
      message: `The sync itself filters ${root.label} by "${change.filter}", to read what is new.`,
      hint: 'Remove it; to read only what is newer than a day, set "start_date" in the configuration.',
    };
    return { kind: 'wrong', faults: [fault] };
  }
  const live = against(node, root, schema, schema !== reference);
  if ('where' in live) return { kind: 'good', ...live };
  if (schema !== reference && 'where' in against(node, root, reference, false)) {
    const [first] = live.faults;
    const lacks = live.faults.find((fault) => fault.lacks !== undefined)?.lacks;
    const because =
      lacks === undefined
        ? `This shop's API takes other values (${(first?.message ?? '').replace(/\.$/, '')})`
        : `This shop's API has no ${lacks}`;
    return { kind: 'missing', because };
  }
  return {
    kind: 'wrong',
    faults: live.faults.map(({ code, lacks: _, ...fault }) => ({ code: `where/${code}`, ...fault })),
  };
}

function against(
  node: MapNode,
  root: RootDefinition,
  schema: GraphQLSchema,
  isLive: boolean,
):
  | { readonly where: JsonObject; readonly deprecated: readonly string[] }
  | { readonly faults: readonly InputFault[] } {
  const query = schema.getQueryType();
  const field: GraphQLField<unknown, unknown> | undefined = isObjectType(query)
    ? query.getFields()[root.root]
    : undefined;
  const argument = field?.args.find(({ name }) => name === 'where');
  if (argument === undefined) {
    const message = `"${root.root}" takes no filter.`;
    return {
      faults: [
        {
          code: 'unknown_field',
          place: node.place,
          message,
          hint: 'Remove `where`.',
          lacks: `Query.${root.root}(where)`,
        },
      ],
    };
  }
  const checked = checkInput(argument.type, inputOfYaml(node), 'where', { takesLoneItem: isLive });
  if ('faults' in checked) return checked;
  return {
    where: isObject(checked.json) ? (checked.json as JsonObject) : {},
    deprecated: checked.deprecated,
  };
}

/** The kind of orders or returns that a filter asks for, when it asks for one. */
export function storeTypeOf(where: JsonObject | undefined, file: string): StoreType | undefined {
  const storeType = where?.storeType;
  const negated = where?.negate;
  const isNegated = Array.isArray(negated) && negated.includes('storeType');
  return typeof storeType === 'string' && !isNegated ? { name: storeType, file } : undefined;
}
