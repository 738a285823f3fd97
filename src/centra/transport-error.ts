/** Why no whole answer came. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Ours, or that of the system or of undici. */
  readonly code: string;
  /** The proxy that the request went through, without its password. */
  readonly proxy: string | undefined;

  constructor(code: string, details: { readonly cause?: unknown; readonly proxy?: string | undefined } = {}) {
    super(code, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.proxy = details.proxy;
  }
}

/** What went wrong on a way that may have led through a proxy. */
export function transportError(cause: unknown, proxy: string | undefined): TransportError {
  const code = cause instanceof TransportError ? cause.code : systemCode(cause);
  return new TransportError(refusalOfProxy(cause) ?? code, { cause, proxy });
}

/** `PROXY_407`: what a proxy answered instead of letting a connection through. undici says it in words only. */
function refusalOfProxy(cause: unknown): string | undefined {
  const status = /^Proxy response \((\d{3})\)/.exec(cause instanceof Error ? cause.message : '')?.[1];
  return status === undefined ? undefined : `PROXY_${status}`;
}

/** The innermost system or undici code: an AggregateError holds one per address that was tried. */
export function systemCode(error: unknown): string {
  return innermostCode(error) ?? (error instanceof Error ? error.name : 'unknown');
}

function innermostCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const first = error instanceof AggregateError ? innermostCode(error.errors[0]) : undefined;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return first ?? innermostCode(error.cause) ?? own;
}
