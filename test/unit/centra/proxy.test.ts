import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { proxyFor } from '../../../src/centra/proxy.ts';
import { httpTransport } from '../../../src/centra/transport.ts';
import { TransportError } from '../../../src/centra/transport-error.ts';
import { unreachable } from '../../../src/centra/unreachable.ts';
import type { ConnectorError } from '../../../src/errors.ts';
import { connectProxy, listening, requestTo } from './http-server.ts';

const shop = 'https://acme.centra.com/graphql';

describe('which proxy', () => {
  test.each<[string, string, Readonly<Record<string, string>>, string | undefined]>([
    ['none', shop, {}, undefined],
    ['HTTPS_PROXY for https', shop, { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:2' }, 'p:1'],
    ['HTTP_PROXY for http', 'http://a.test/', { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:2' }, 'q:2'],
    ['HTTP_PROXY for https where it is alone', shop, { HTTP_PROXY: 'http://q:2' }, 'q:2'],
    ['never HTTPS_PROXY for http', 'http://a.test/', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['small letters', shop, { https_proxy: 'http://p:1' }, 'p:1'],
    ['small letters before capitals', shop, { https_proxy: 'http://p:1', HTTPS_PROXY: 'http://q:2' }, 'p:1'],
    ['an empty variable is not set', shop, { https_proxy: ' ', HTTPS_PROXY: 'http://q:2' }, 'q:2'],
    [
      'an address without http://',
      shop,
      { HTTPS_PROXY: 'proxy.acme.example:8080' },
      'proxy.acme.example:8080',
    ],
    ['a host of NO_PROXY', shop, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'x, acme.centra.com' }, undefined],
    ['a domain of NO_PROXY', shop, { HTTPS_PROXY: 'http://p:1', no_proxy: 'centra.com' }, undefined],
    ['with a dot', shop, { HTTPS_PROXY: 'http://p:1', no_proxy: '.centra.com' }, undefined],
    ['with a star', shop, { HTTPS_PROXY: 'http://p:1', no_proxy: '*.Centra.com' }, undefined],
    ['not the end of a name', shop, { HTTPS_PROXY: 'http://p:1', no_proxy: 'me.centra.com' }, 'p:1'],
    ['everything', shop, { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
    [
      'only a port, and this is it',
      shop,
      { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'acme.centra.com:443' },
      undefined,
    ],
    ['only another port', shop, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'acme.centra.com:8443' }, 'p:1'],
    ['an IPv6 address', 'http://[::1]:4010/', { HTTP_PROXY: 'http://p:1', NO_PROXY: '::1' }, undefined],
  ])('%s', (_, address, variables, name) => {
    expect(proxyFor(address, variables)?.name).toBe(name);
  });

  test('its password logs in, and stands nowhere else', () => {
    const proxy = proxyFor(shop, { HTTPS_PROXY: 'http://ada:p%40ss%@p:1' });
    expect(proxy).toEqual({
      url: 'http://p:1',
      name: 'p:1',
      authorization: `Basic ${Buffer.from('ada:p%40ss%').toString('base64')}`,
    });
    expect(proxyFor(shop, { HTTPS_PROXY: 'http://ada:p%40ss@p:1' })?.authorization).toBe(
      `Basic ${Buffer.from('ada:p@ss').toString('base64')}`,
    );
  });
});

async function sent(url: string, variables: Readonly<Record<string, string>>) {
  const transport = httpTransport({ connections: 2, silenceMs: 5_000, variables });
  onTestFinished(transport.close);
  return transport.send(requestTo(url));
}

async function failed(url: string, variables: Readonly<Record<string, string>>): Promise<ConnectorError> {
  return sent(url, variables).then(
    () => {
      throw new Error('An answer came.');
    },
    (cause: unknown) => unreachable(cause, url, 'orders'),
  );
}

describe('through a proxy', () => {
  test('a request reaches the host, which the proxy looks up', async () => {
    const target = await listening(createServer((_, response) => void response.end('{"data":{}}')));
    const proxy = await connectProxy(target);
    const variables = { HTTP_PROXY: `http://ada:secret@127.0.0.1:${proxy.port}` };
    expect((await sent('http://acme.invalid/graphql', variables)).body).toBe('{"data":{}}');
    const login = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
    expect(proxy.asked).toEqual([{ host: 'acme.invalid:80', login }]);
  });

  test('a host of NO_PROXY is reached without it', async () => {
    const target = await listening(createServer((_, response) => void response.end('{}')));
    const proxy = await connectProxy(target);
    const variables = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '127.0.0.1' };
    expect((await sent(`http://127.0.0.1:${target}/graphql`, variables)).status).toBe(200);
    expect(proxy.asked).toEqual([]);
  });

  test.each([
    [407, 'config', 'asks for a user and a password, or refuses those that it got'],
    [403, 'config', 'does not allow it'],
    [502, 'transient', 'answered 502'],
  ])('that answers %i, the proxy is named, and never its password', async (status, kind, how) => {
    const proxy = await connectProxy(1, status);
    const error = await failed(shop, { https_proxy: `http://ada:secret@127.0.0.1:${proxy.port}` });
    expect(error).toMatchObject({
      kind,
      code: 'centra/proxy',
      message: `The proxy 127.0.0.1:${proxy.port} ${how} when asked for a connection to acme.centra.com for orders.`,
      hint: 'Check the variables HTTPS_PROXY and HTTP_PROXY, or name the host in NO_PROXY.',
    });
    expect(`${error.message}${error.hint}`).not.toContain('secret');
  });

  test.each([
    ['that is not there', 'http://ada:secret@127.0.0.1:1', 'The proxy 127.0.0.1:1 refuses connections'],
    ['that does not exist', 'http://proxy.invalid:80', 'The proxy proxy.invalid'],
    [
      'with an address that is none',
      'http://:::',
      'The proxy of the variables has an address that cannot be read',
    ],
  ])('%s', async (_, address, message) => {
    const error = await failed(shop, { HTTPS_PROXY: address });
    expect(error.message).toContain(message);
    expect(error.message).toContain('acme.centra.com');
    expect(error.code).toBe('centra/proxy');
  });

  test('TLS is spoken with the host behind it, and its certificate is told of with the hint', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'source-centra-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=acme.centra.com', '-days', '2'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
      {
        stdio: 'ignore',
      },
    );
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) });
    const proxy = await connectProxy(await listening(server));
    const error = await failed(shop, { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
    expect(proxy.asked).toMatchObject([{ host: 'acme.centra.com:443' }]);
    expect(error).toMatchObject({
      kind: 'config',
      code: 'centra/certificate',
      message: `The certificate of acme.centra.com through the proxy 127.0.0.1:${proxy.port} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).`,
    });
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS');
  });
});

test.each([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'CRL_HAS_EXPIRED',
])('%s carries the hint at NODE_EXTRA_CA_CERTS', (code) => {
  const cause = Object.assign(new Error(code), { code });
  for (const one of [cause, new TransportError(code, { cause, proxy: 'p:1' })]) {
    const error = unreachable(one, shop, 'orders');
    expect(error).toMatchObject({ kind: 'config', code: 'centra/certificate' });
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS');
  }
});
