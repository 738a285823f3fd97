import { gzipSync } from 'node:zlib';
import { signatureHeader } from '../../../src/webhook/signature.ts';
import { acme } from './tenant.ts';

/** A random number from 0 to 1. */
export type Dice = () => number;

/** One made-up request, as its bytes go over the wire. */
export interface FuzzCall {
  readonly kind: string;
  readonly bytes: Buffer;
  /** The signature is right and in time, and it is a POST to a tenant's path: nothing else may be answered with 200. */
  readonly isSigned: boolean;
  /** It must be answered with 200. */
  readonly isGood: boolean;
  /** The sender hangs up when it has sent these bytes, for there is nothing to wait for. */
  readonly isBrokenOff: boolean;
}

const [secret = ''] = acme.secrets;
const path = `/centra/${acme.id}`;

interface Parts {
  readonly method?: string;
  readonly path?: string;
  readonly version?: string;
  readonly signature?: string | undefined;
  readonly headers?: readonly string[];
  readonly body: Buffer;
  readonly length?: number;
  readonly isChunked?: boolean;
}

function requestOf({ body, ...parts }: Parts): Buffer {
  const head = [
    `${parts.method ?? 'POST'} ${parts.path ?? path} ${parts.version ?? 'HTTP/1.1'}`,
    'Host: receiver',
    'Connection: close',
    ...(parts.signature === undefined ? [] : [`X-Centra-Signature: ${parts.signature}`]),
    ...(parts.headers ?? ['Content-Type: application/x-www-form-urlencoded']),
    parts.isChunked === true
      ? 'Transfer-Encoding: chunked'
      : `Content-Length: ${parts.length ?? body.length}`,
  ];
  const start = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  return Buffer.concat([start, parts.isChunked === true ? chunksOf(body) : body]);
}

function chunksOf(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  const size = Math.max(1, Math.ceil(body.length / 7));
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}

/** Makes requests of every kind, the good ones among them. */
export function fuzzCall(dice: Dice, nowSeconds: number): FuzzCall {
  const pick = <T>(choices: readonly [T, ...T[]]): T =>
    choices[Math.floor(dice() * choices.length)] ?? choices[0];
  const upTo = (most: number) => Math.floor(dice() * (most + 1));
  const randomBytes = (length: number) => Buffer.from(Array.from({ length }, () => upTo(255)));
  const randomText = (length: number) =>
    String.fromCharCode(...Array.from({ length }, () => 0x20 + upTo(0x5e)));
  const mutate = (body: Buffer): Buffer => {
    const at = upTo(Math.max(0, body.length - 1));
    const changed = Buffer.from(body);
    if (dice() < 0.5 && changed.length > 0) {
      changed[at] = ((changed[at] ?? 0) + 1 + upTo(200)) % 256;
      return changed;
    }
    return dice() < 0.5 && body.length > 0
      ? Buffer.concat([body.subarray(0, at), body.subarray(at + 1)])
      : Buffer.concat([body.subarray(0, at), randomBytes(1 + upTo(5)), body.subarray(at)]);
  };
  const events = () =>
    Array.from({ length: upTo(dice() < 0.1 ? 100 : 3) }, () => ({
      type: pick(['order', 'return', 'shipment', 'customer', 'account', 'voucher', randomText(5)]),
      action: pick(['create', 'update', 'good_to_go', '', randomText(3)]),
      date: '2021-01-29 14:40:58.628033',
      id: upTo(1_000_000),
    }));
  const form = (json: string) => Buffer.from(`payload=${encodeURIComponent(json)}`);
  const goodBody = () => form(JSON.stringify({ events: events() }));
  const sign = (body: Buffer, at = nowSeconds, key = secret) => signatureHeader(key, at, body);
  const strangeJson = (): string =>
    pick<() => string>([
      () => '['.repeat(upTo(50_000)),
      () => `{"events":${'['.repeat(upTo(5_000))}`,
      () => `{"events":[${'{},'.repeat(upTo(2_000))}{}]}`,
      () => '{"events":[{"type":"order","id":1e999,"action":[],"date":{}}]}',
      () => '{"__proto__":{"events":[]},"events":[{"__proto__":{"id":1},"type":"order"}]}',
      () => `{"events":[{"type":"order","id":"${'9'.repeat(upTo(3_000))}"}]}`,
      () => '{"events":[{"type":"ord\\u0000er","id":"\\ud800"},{"type":"order","id":"\\u0000"}]}',
      () => `{"events":[{"type":"order","id":1,"action":"${randomText(20).replace(/["\\]/g, '')}"}]}`,
      () => 'null',
      () => '"events"',
      () => '{"events":null}',
      () => '{"events":{"length":5}}',
      () => randomText(30),
      () => '',
    ])();
  const strangeBody = (): Buffer =>
    pick<() => Buffer>([
      () => form(strangeJson()),
      () => Buffer.from(`payload=${strangeJson()}`),
      () => Buffer.from(strangeJson()),
      () => Buffer.concat([Buffer.from('payload='), randomBytes(upTo(200))]),
      () => Buffer.from(`payload=%${randomText(2)}&payload=${randomText(10)}`),
      () => Buffer.from('&='.repeat(upTo(5_000))),
      () => randomBytes(upTo(500)),
    ])();
  const refused = (kind: string, bytes: Buffer, isBrokenOff = false): FuzzCall => ({
    kind,
    bytes,
    isSigned: false,
    isGood: false,
    isBrokenOff,
  });

  const kinds: readonly [() => FuzzCall, ...(() => FuzzCall)[]] = [
    () => {
      const body = goodBody();
      const signature = pick([sign(body), sign(body).replace(',', ', '), `v9=1,${sign(body)}`]);
      const headers = pick([
        [],
        ['Content-Type: application/x-www-form-urlencoded; charset=UTF-8'],
        ['Content-Type: application/json', `User-Agent: ${randomText(50)}`],
        ['Expect: 100-continue'],
        ['Content-Encoding: identity'],
      ]);
      const bytes = requestOf({ body, signature, headers, isChunked: dice() < 0.3 });
      return { kind: 'good', bytes, isSigned: true, isGood: true, isBrokenOff: false };
    },
    () => {
      const body = strangeBody();
      const bytes = requestOf({ body, signature: sign(body), isChunked: dice() < 0.3 });
      return { kind: 'signed nonsense', bytes, isSigned: true, isGood: false, isBrokenOff: false };
    },
    () => refused('unsigned', requestOf({ body: pick([goodBody, strangeBody])() })),
    () => {
      const body = goodBody();
      return refused(
        'another secret',
        requestOf({ body, signature: sign(body, nowSeconds, randomText(12)) }),
      );
    },
    () => {
      const body = goodBody();
      const changed = mutate(body);
      const signature = sign(body);
      const isSame = changed.equals(body);
      const bytes = requestOf({ body: changed, signature, isChunked: dice() < 0.3 });
      return { kind: 'changed body', bytes, isSigned: isSame, isGood: isSame, isBrokenOff: false };
    },
    () => {
      const body = goodBody();
      const right = sign(body);
      const at = 2 + upTo(right.length - 3);
      const other = right[at] === '7' ? '3' : '7';
      const signature = pick([
        `${right.slice(0, at)}${right[at] === ',' || right[at] === 'v' || right[at] === '=' ? 'x' : other}${right.slice(at + 1)}`,
        right.slice(0, -1),
        `${right}0`,
        `t=${nowSeconds}`,
        right.replace('v1=', 'v0='),
        right.replace('t=', 't=0'),
        `${right},t=${nowSeconds}`,
        randomText(upTo(200)),
        'v1='.repeat(upTo(500)),
      ]);
      return refused('changed signature', requestOf({ body, signature }));
    },
    () => {
      const body = goodBody();
      const at = pick([0, 1, nowSeconds - 400, nowSeconds + 400, nowSeconds * 1000, 999_999_999_999]);
      return refused('another time', requestOf({ body, signature: sign(body, at) }));
    },
    () => {
      const body = goodBody();
      const target = pick([
        '/',
        '/centra/',
        `${path}/`,
        `${path}%00`,
        `/centra/${randomText(24).replace(/[^\w]/g, 'x')}`,
        `/%63entra/${acme.id}x`,
        `//centra/${acme.id}`,
        `/../centra/${acme.id}/..`,
        `/centra/%${randomText(2).replace(/ /g, '_')}`,
        `/${'a/'.repeat(upTo(2_000))}`,
        'http://other/centra/x',
        '*',
        `/${randomText(20).replace(/ /g, '_')}`,
      ]);
      return refused('another path', requestOf({ body, path: target, signature: sign(body) }));
    },
    () => {
      const body = goodBody();
      const method = pick(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'post', 'TRACE', 'BREW', '']);
      return refused('another method', requestOf({ body, method, signature: sign(body) }));
    },
    () => {
      const body = gzipSync(goodBody());
      const headers = [`Content-Encoding: ${pick(['gzip', 'br', 'deflate', 'gzip, identity', 'x'])}`];
      return refused('compressed', requestOf({ body, headers, signature: sign(body) }));
    },
    () => {
      const body = goodBody();
      const headers = pick([
        [`X-Long: ${'x'.repeat(20_000)}`],
        [`X Space: 1`],
        [`X-Control: a\u0001b`],
        [': empty'],
        ['Content-Length: 3', 'Content-Length: 4'],
        ['Transfer-Encoding: chunked'],
        ['Transfer-Encoding: gzip'],
        Array.from({ length: 3_000 }, (_, at) => `X-${at}: 1`),
      ]);
      return refused('headers that are none', requestOf({ body, headers }));
    },
    () =>
      refused(
        'another version',
        requestOf({ body: goodBody(), version: pick(['HTTP/0.9', 'HTTP/2.0', 'SMTP', '']) }),
      ),
    () => refused('no HTTP', randomBytes(1 + upTo(300)), true),
    () => {
      const body = goodBody();
      const bytes = requestOf({ body, signature: sign(body), length: body.length + 1 + upTo(1_000) });
      return refused('breaks off', bytes, true);
    },
    () => {
      const body = goodBody();
      const whole = requestOf({ body, signature: sign(body), isChunked: true });
      return refused(
        'breaks off in chunks',
        whole.subarray(0, Math.max(1, whole.length - 1 - upTo(30))),
        true,
      );
    },
    () => {
      const head = requestOf({ body: Buffer.alloc(0), signature: sign(Buffer.alloc(0)), isChunked: true });
      const junk = Buffer.from(
        pick(['zz\r\n', '-1\r\n', 'fffffffffffffffff\r\n', '5\r\nabc\r\n', '\r\n\r\n']),
      );
      return refused('chunks that are none', Buffer.concat([head.subarray(0, -5), junk]), true);
    },
    () => {
      if (dice() > 0.05) return refused('unsigned', requestOf({ body: strangeBody() }));
      const body = Buffer.alloc(1_048_577 + upTo(500_000), 'x');
      return refused('too large', requestOf({ body, signature: sign(body), isChunked: dice() < 0.5 }));
    },
  ];
  return pick(kinds)();
}
