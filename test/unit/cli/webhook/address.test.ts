import { expect, test } from 'vitest';
import { receiverAddress } from '../../../../src/cli/webhook/address.ts';

test('a receiver is tried at any address of the web, plain ones of a private network too', () => {
  expect(receiverAddress('http://connector:8080//')).toBe('http://connector:8080');
  expect(receiverAddress('https://hooks.acme.com')).toBe('https://hooks.acme.com');
  for (const given of ['127.0.0.1:8080', 'localhost:8080', 'hooks', 'ftp://hooks.acme.com'])
    expect(() => receiverAddress(given)).toThrow(/--url is not an address that begins with http/);
  expect(() => receiverAddress('ftp://someone:made-up-password@hooks.acme.com')).toThrow(
    /:\/\/hooks\.acme\.com\.$/,
  );
});
