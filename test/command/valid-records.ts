import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { expect } from 'vitest';
import type { AirbyteCatalog } from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';
import { type Outcome, recordsOf } from './harness.ts';

export type Data = Readonly<Record<string, unknown>>;

export function dataOf(outcome: Outcome, stream: string): readonly Data[] {
  return recordsOf(outcome, stream).map(({ data }) => data as Data);
}

/** Every record of every stream fits the schema that was discovered, holds nothing else, and has a key of its own. */
export function expectValidRecords(catalog: AirbyteCatalog, outcome: Outcome): void {
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  for (const { name, json_schema, source_defined_primary_key } of catalog.streams) {
    const fits = ajv.compile({ ...json_schema, additionalProperties: false });
    const keys = new Set<string>();
    const rows = dataOf(outcome, name);
    for (const data of rows) {
      expect(fits(data), `${name}: ${JSON.stringify(fits.errors)}`).toBe(true);
      const key = (source_defined_primary_key ?? []).map(([column = '']) => data[column]);
      expect(key, name).not.toContain(null);
      keys.add(JSON.stringify(key));
    }
    expect(keys.size, name).toBe(rows.length);
  }
}
