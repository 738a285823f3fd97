import { expect, test } from 'vitest';
import { refuseMistaken, type WantedKind } from '../../../src/read/mistaken-file.ts';

const log = '{"type":"LOG","log":{"level":"INFO","message":"…"}}';
const catalog = '{"type":"CATALOG","catalog":{"streams":[]}}';
const airbyteState = '{"type":"STATE","state":{"type":"STREAM","stream":{}}}';
const singerState = '{"bookmarks":{"orders":{}}}';
const configured = '{"streams":[{"stream":{"name":"orders"},"sync_mode":"incremental"}]}';
const singerCatalog = '{"streams":[{"tap_stream_id":"orders"}]}';

test.each<[string, WantedKind, string]>([
  [`${log}\n${catalog}\n`, 'configured catalog', 'is what discover printed, and not a configured catalog.'],
  [catalog, 'configured catalog', 'is what discover printed'],
  [singerCatalog, 'configured catalog', 'is a catalog of Singer'],
  ['version: 1\nstreams: {}\n', 'configured catalog', 'is a tenant catalog'],
  ['{"endpoint":"https://acme.centra.com/graphql"}', 'configured catalog', 'is a configuration'],
  [`${log}\n{"type":"RECORD","record":{}}\n${airbyteState}`, 'Airbyte state', 'is the output of a read'],
  [singerState, 'Airbyte state', 'is a state of Singer'],
  [configured, 'Singer catalog', 'is a configured catalog of Airbyte'],
  [`${log}\n${catalog}`, 'Singer catalog', 'is what discover printed'],
  [`${singerState}\n${singerState}\n`, 'Singer state', 'is a list of states, one a line, of which the last'],
  [airbyteState, 'Singer state', 'is a state in the protocol of Airbyte'],
])('%s as a %s', (text, wanted, expected) => {
  expect(() => refuseMistaken(text, 'x.json', wanted)).toThrow(expected);
});

test.each<[string, WantedKind]>([
  [configured, 'configured catalog'],
  ['{"streams":[]}', 'configured catalog'],
  [`${airbyteState}\n${airbyteState}\n`, 'Airbyte state'],
  ['[{"type":"STREAM","stream":{}}]', 'Airbyte state'],
  ['[]', 'Airbyte state'],
  [singerCatalog, 'Singer catalog'],
  [singerState, 'Singer state'],
  ['{"type":"STATE","value":{"bookmarks":{}}}', 'Singer state'],
  ['', 'Singer state'],
  ['{"streams": [', 'configured catalog'],
])('%s is left alone as a %s', (text, wanted) => {
  expect(() => refuseMistaken(text, 'x.json', wanted)).not.toThrow();
});
