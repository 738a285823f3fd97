import { expect, test } from 'vitest';
import { endpointMeant } from '../../../src/config/endpoint.ts';

test.each([
  ['acme', 'https://acme.centra.com/graphql'],
  [' Acme-2 ', 'https://acme-2.centra.com/graphql'],
  ['acme.centra.com', 'https://acme.centra.com/graphql'],
  ['acme.centraqa.com/', 'https://acme.centraqa.com/graphql'],
  ['https://acme.centra.com', 'https://acme.centra.com/graphql'],
  ['http://acme.centra.com/graphql', 'https://acme.centra.com/graphql'],
  ['https://acme.centra.com/ams/system/tokens?tab=2#x', 'https://acme.centra.com/graphql'],
  ['https://centra.acme.com/api/graphql', 'https://centra.acme.com/api/graphql'],
  ['http://127.0.0.1:4010/graphql', 'http://127.0.0.1:4010/graphql'],
  ['http://localhost:4010', 'http://localhost:4010/graphql'],
])('%s means %s', (text, endpoint) => {
  expect(endpointMeant(text)).toBe(endpoint);
});

test.each([
  '',
  'acme shop',
  'http://shop.example.com/graphql',
  'https://me:hunter2@acme.centra.com/graphql',
  'ftp://acme.example.com',
  'https://acme',
])('%j means no shop', (text) => {
  expect(endpointMeant(text)).toBeUndefined();
});
