import {
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { formatDateTime } from '../date-time.ts';
import type { Arguments, RequestContext } from './request-context.ts';

/** What a field says that the shop has no data for: the emptiest value that its type allows. */
export function emptyValue(
  schema: GraphQLSchema,
  type: GraphQLOutputType,
  args: Arguments,
  { shop }: RequestContext,
): unknown {
  if (!isNonNullType(type)) return null;
  const inner = type.ofType;
  if (isListType(inner)) return [];
  if (isObjectType(inner)) return {};
  if (isAbstractType(inner)) return { __typename: schema.getPossibleTypes(inner)[0]?.name };
  if (isEnumType(inner)) return inner.getValues()[0]?.name;
  const format = typeof args.format === 'string' ? args.format : 'Y-m-d';
  switch (inner.name) {
    case 'Boolean':
      return false;
    case 'Int':
    case 'Float':
    case 'Int64':
      return 0;
    case 'DateTimeTz':
    case 'Date':
      return formatDateTime(shop.openedAt, format);
    default:
      return '';
  }
}
