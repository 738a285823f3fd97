import type { OfferedStream, WantedStream } from '../../../../src/protocol/message.ts';

/** A stream that changes, with a column of each kind, and one that bears a keyword's name. */
export const orders: OfferedStream = {
  name: 'orders',
  jsonSchema: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      order_id: { type: 'integer' },
      total: { type: ['null', 'string'], description: 'With tax.' },
      address: {
        type: ['null', 'object'],
        properties: {
          city: { type: ['null', 'string'] },
          at: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
        },
      },
      lines: {
        type: ['null', 'array'],
        items: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
      },
      airbyte_type: { type: 'string' },
      updated_at: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
    },
    additionalProperties: true,
  },
  key: ['order_id'],
  cursor: 'updated_at',
  tellsDeletions: true,
  isSnapshot: false,
};

/** A stream that every read brings as a whole. */
export const stock: OfferedStream = {
  name: 'stock',
  jsonSchema: {
    type: 'object',
    properties: { sku: { type: 'string' }, snapshot_at: { type: 'string', format: 'date-time' } },
  },
  key: ['sku'],
  cursor: 'snapshot_at',
  tellsDeletions: false,
  isSnapshot: true,
};

export function wanted(name: string, over: Partial<WantedStream> = {}): WantedStream {
  return { name, mode: 'incremental', columns: undefined, wantsDeletions: true, ...over };
}
