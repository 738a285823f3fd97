import { expect, test } from 'vitest';
import { isPublicAddress, isPublicHost } from '../../../src/config/public-address.ts';

test.each([
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '100.63.255.255',
  '100.128.0.0',
  '169.253.255.255',
  '223.255.255.255',
  '2606:4700::1111',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '64:ff9b::8.8.8.8',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '192.0.2.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '0:0:0:0:0:ffff:10.1.2.3',
  '64:ff9b::10.0.0.1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'fd00:ec2::254',
  'fc00::1',
  'ff02::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'localhost',
  '',
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  ['https://acme.centra.com/graphql', true],
  ['https://8.8.8.8/graphql', true],
  ['https://localhost.acme.com/graphql', true],
  ['https://localhost/graphql', false],
  ['https://LOCALHOST./graphql', false],
  ['https://api.localhost/graphql', false],
  ['https://127.1/graphql', false],
  ['https://2130706433/graphql', false],
  ['https://0x7f000001/graphql', false],
  ['https://0177.0.0.1/graphql', false],
  ['https://169.254.169.254/latest', false],
  ['https://[::1]/graphql', false],
  ['https://[::ffff:127.0.0.1]/graphql', false],
  ['https://[fe80::1]:8443/graphql', false],
])('the host of %s: %s', (url, isPublic) => {
  expect(isPublicHost(new URL(url).hostname)).toBe(isPublic);
});
