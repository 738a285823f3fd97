import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { TransportError } from './transport-error.ts';

/** The ways of packing that are asked for. */
export const ACCEPT_ENCODING = 'gzip, br';

type Unpack = (packed: Buffer, limits: { readonly maxOutputLength: number }) => Promise<Buffer>;

const unpackers: Readonly<Record<string, Unpack>> = Object.freeze({
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
  // Some servers send what "deflate" should be, others what it sounds like.
  deflate: (packed, limits) =>
    ((packed[0] ?? 0) & 0x0f) === 8
      ? promisify(inflate)(packed, limits)
      : promisify(inflateRaw)(packed, limits),
});

/** The whole text of a body, unpacked; rejects as soon as it proves larger than `mostBytes`, packed or not. */
export async function readBody(
  body: AsyncIterable<unknown>,
  encoding: string | undefined,
  mostBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > mostBytes) throw new TransportError('TOO_LARGE');
    chunks.push(chunk);
  }
  const text = (await unpacked(Buffer.concat(chunks), encoding, mostBytes)).toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

async function unpacked(body: Buffer, encoding: string | undefined, mostBytes: number): Promise<Buffer> {
  const layers = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  // An empty answer is often labelled like the others.
  if (layers.length === 0 || body.length === 0) return body;
  const [layer = ''] = layers;
  const unpack = layers.length === 1 ? unpackers[layer] : undefined;
  if (unpack === undefined) throw new TransportError('UNKNOWN_PACKING');
  try {
    return await unpack(body, { maxOutputLength: mostBytes });
  } catch (cause) {
    const isTooLarge = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    throw new TransportError(isTooLarge ? 'TOO_LARGE' : 'BROKEN_PACKING', { cause });
  }
}
