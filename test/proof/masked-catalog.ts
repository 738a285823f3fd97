import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { isPersonal } from '../../src/catalog/privacy/personal-data.ts';

const schema = buildSchema(readFileSync('schemas/centra.graphql', 'utf8'));
const masks = ['hash', 'mask', 'year', 'month', 'drop'] as const;

/** The paths below a type that lead to personal data, as a catalog writes them. */
function personalPaths(type: GraphQLNamedType, above: readonly string[] = []): readonly string[] {
  const kinds = isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
  const paths = kinds.flatMap((kind) =>
    Object.values(kind.getFields()).flatMap((field) => {
      const inner = getNamedType(field.type);
      if (field.args.some(isRequiredArgument) || above.includes(inner.name)) return [];
      const segment = isListType(getNullableType(field.type)) ? `${field.name}[]` : field.name;
      if (isLeafType(inner))
        return isPersonal({ type: kind.name, field: field.name }, schema, schema) ? [segment] : [];
      // Deep enough for an address of the shipment of a return, and for a comment on a line of its order.
      if (above.length >= 3) return [];
      return personalPaths(inner, [...above, inner.name]).map((path) => `${segment}.${path}`);
    }),
  );
  return [...new Set(paths)];
}

function columnsFor(root: string, up = '', chosen: readonly string[] = masks): string {
  const field = schema.getQueryType()?.getFields()[root];
  const paths = field === undefined ? [] : personalPaths(getNamedType(field.type));
  return paths
    .flatMap((path, at) =>
      chosen.map((mask) => `      c${at}_${mask}: { path: "${up}${path}", pii: ${mask} }`),
    )
    .join('\n');
}

/** Every personal field of the schema, with every mask. */
export const everyMask: string = `version: 1
streams:
  orders:
    from: orders
    key: [id]
    columns:
      id: { path: id, pii: hash }
      updated_at: updatedAt
      year: { path: orderDate, pii: year }
      month: { path: createdAt, pii: month }
      greeting: { path: "attributes[or_gift].message", pii: mask }
      greetings: { path: "attributes[or_gift][].message", pii: hash, join: "," }
      anybody: { first: [customer.email, buyer.email, shippingAddress.email], pii: hash, upper: true }
      parts: { path: billingAddress.address1, pii: mask, trim: true, lower: true, split: "*", default: [] }
      payments: { each: paymentHistory, columns: { id: id, answer: { path: paramsJSON, pii: mask }, who: { path: ^shippingAddress.lastName, pii: hash } } }
${columnsFor('orders')}
  order_lines:
    from: orders
    each: lines
    key: [order_id, line_id]
    columns:
      order_id: ^number
      line_id: id
      comment: { path: comment, pii: mask }
${columnsFor('orders', '^', ['mask'])}
  returns:
    from: returns
    key: [id]
    columns:
      id: id
${columnsFor('returns')}
  deliveries:
    from: purchaseOrderDeliveries
    key: [id]
    columns:
      id: id
${columnsFor('purchaseOrderDeliveries')}
  purchase_orders:
    from: purchaseOrders
    key: [id]
    columns:
      id: id
${columnsFor('purchaseOrders')}
`;
