import { expect, test } from 'vitest';
import { catalogOf, sourceCentra } from './harness.ts';
import { openShop } from './sandbox-control.ts';

const yaml = `version: 1
extends: default
streams:
  orders:
    columns:
      exact: { path: grandTotal.value, type: "decimal(14,2)" }
      format: { const: x-singer.decimal }
`;

test('a decimal is numeric with its precision and scale to targets of the Singer SDK, and a string in Airbyte', async () => {
  const { config } = await openShop({}, { tenant_catalog: { source: 'inline', yaml } });
  const tap = await sourceCentra(['tap-centra', '--config', config, '--discover'], { isForPeople: true });
  const { streams } = JSON.parse(tap.stdout) as {
    streams: readonly { stream: string; schema: { properties: Record<string, object> } }[];
  };
  const singer = streams.find(({ stream }) => stream === 'orders')?.schema.properties;
  expect(singer?.exact).toMatchObject({
    type: expect.arrayContaining(['string']),
    format: 'x-singer.decimal',
    precision: 14,
    scale: 2,
  });
  const airbyte = catalogOf(await sourceCentra(['discover', '--config', config]));
  const schema = airbyte.streams.find(({ name }) => name === 'orders')?.json_schema;
  const columns = (schema as { properties: Record<string, object> }).properties;
  expect(Object.keys(columns.exact ?? {}).sort()).toEqual(['type']);
  expect(columns.format).toMatchObject({ type: 'string' });
});
