/** Reads a body, and stops as soon as it is too large, whatever its header promised. */
export async function readBody(
  request: Request,
  largest: number,
): Promise<Uint8Array | 'too_large' | 'broken_off'> {
  const promised = Number(request.headers.get('content-length') ?? Number.NaN);
  if (promised > largest) return 'too_large';
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body) {
      length += chunk.byteLength;
      // Leaving the loop cancels the rest.
      if (length > largest) return 'too_large';
      chunks.push(chunk);
    }
  } catch {
    return 'broken_off';
  }
  return Buffer.concat(chunks, length);
}
