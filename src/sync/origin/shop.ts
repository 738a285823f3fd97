import { createHash } from 'node:crypto';
import { ConnectorError } from '../../errors.ts';
import { isObject } from '../../json.ts';

/** The shops whose states a read takes. */
export interface ShopIdentity {
  /** Of the endpoint that is read from. */
  readonly shop: string;
  /** Of the one that it had before it was renamed. */
  readonly formerShop?: string | undefined;
}

export function shopIdentity(endpoint: string, previousEndpoint: string | undefined): ShopIdentity {
  return {
    shop: shopHash(endpoint),
    formerShop: previousEndpoint === undefined ? undefined : shopHash(previousEndpoint),
  };
}

/** Tells shops apart, and nobody what they are called. On this machine a port says nothing: each start may take another. */
export function shopHash(endpoint: string): string {
  const { hostname, port, pathname } = new URL(endpoint);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  const host = isLoopback ? 'loopback' : `${hostname.replace(/\.$/, '')}:${port}`;
  const path = pathname.replace(/\/+$/, '');
  return createHash('sha256').update(`${host}${path}`).digest('base64url').slice(0, 10);
}

/** Throws where one of the states was written by a read of another shop. */
export function refuseOtherShop(
  states: ReadonlyMap<string, unknown>,
  { shop, formerShop }: ShopIdentity,
): void {
  for (const [stream, state] of states) {
    const origin = isObject(state) ? state.origin : undefined;
    const given = isObject(origin) ? origin.shop : undefined;
    if (typeof given !== 'string' || given === shop || given === formerShop) continue;
    throw new ConnectorError({
      kind: 'config',
      code: 'state/other_shop',
      stream,
      message: `The state of the stream "${stream}" comes from another shop than the one that "endpoint" names.`,
      hint: 'Read this shop without that state (a folder: into another folder), set "endpoint" back, or, where the same shop was only renamed, set "previous_endpoint" to the old address.',
    });
  }
}
