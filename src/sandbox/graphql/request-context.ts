import type { Clock } from '../clock.ts';
import type { Shop } from '../data/shop.ts';
import { formatDateTime } from '../date-time.ts';
import type { Token } from '../limits/tokens.ts';
import type { HiddenOrders } from './hidden-orders.ts';

/** What the fields of one request can see. */
export interface RequestContext {
  readonly shop: Shop;
  readonly clock: Clock;
  readonly token: Token;
  /** The numbers of orders whose lines no query can have. */
  readonly unservable: ReadonlySet<number>;
  /** The orders that lists leave out unless a filter names them. */
  readonly hiddenOrders: ReadonlySet<HiddenOrders>;
  readonly may: (permission: string) => boolean;
  /** What the rateLimits query answers, this request counted. */
  readonly rateLimits: () => readonly Readonly<Record<string, unknown>>[];
}

export type Arguments = Readonly<Record<string, unknown>>;

export type Field<Source> = (source: Source, args: Arguments, context: RequestContext) => unknown;

/** How the fields of one GraphQL type are read; a field that is not here is a property of its source. */
export type TypeFields<Source> = Readonly<Record<string, Field<Source>>>;

/** The format of most types, and of every field that takes none. */
const isoFormat = 'Y-m-d\\TH:i:sP';

/** A DateTimeTz field, shown in the format that the query asks for. */
export function dateField<Source>(read: (source: Source, shop: Shop) => number | null): Field<Source> {
  return (source, args, { shop }) => {
    const at = read(source, shop);
    return at === null ? null : formatDateTime(at, typeof args.format === 'string' ? args.format : isoFormat);
  };
}
