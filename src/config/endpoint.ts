import { isEndpoint } from './validate.ts';

/** The hosts under which Centra serves its customers, in production and for trials. */
const CENTRA_HOST = /\.centra(qa)?\.com$/;

/**
 * The GraphQL address that a person means: by the name of the client (`acme`), by the host (`acme.centra.com`), or by any
 * address of the shop, such as that of a page of its admin. Undefined when it is none.
 */
export function endpointMeant(text: string): string | undefined {
  const given = text.trim();
  if (/^[a-z0-9][a-z0-9-]*$/i.test(given)) return `https://${given.toLowerCase()}.centra.com/graphql`;
  const address = /^[a-z]+:\/\//i.test(given) ? given : `https://${given}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isCentra = CENTRA_HOST.test(url.hostname);
  if (isCentra) url.protocol = 'https:';
  if (isCentra || url.pathname === '/') url.pathname = '/graphql';
  url.search = '';
  url.hash = '';
  const isPlausible = url.hostname.includes('.') || url.hostname === 'localhost' || url.hostname === '[::1]';
  return isPlausible && isEndpoint(url.href) ? url.href : undefined;
}
