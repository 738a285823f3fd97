/** Decides retry, exit code and Airbyte's `failure_type`. */
export type ErrorKind =
  /** The configuration, a catalog, a state or an argument is wrong; only its author can mend it. */
  | 'config'
  /** The token is wrong, expired or not for this endpoint. */
  | 'auth'
  /** The token is good, but may not see what was asked for. */
  | 'permission'
  /** The limits of the API are used up. */
  | 'throttled'
  /** The API or the way to it failed; the same request may succeed later. */
  | 'transient'
  /** The live schema lacks what was asked for. */
  | 'schema'
  /** A tenant catalog does not compile, or a value refused its declared type. */
  | 'mapping'
  /** This program is at fault. */
  | 'bug';

export interface ErrorDetails {
  readonly kind: ErrorKind;
  /** Stable, for machines: `config/missing_token`. */
  readonly code: string;
  /** One sentence: what happened, and to which stream or column. Never a token, a body or a person's data. */
  readonly message: string;
  /** One sentence: what to do next. */
  readonly hint?: string;
  readonly stream?: string;
  /** Where in an answer it happened: names of fields and positions in lists from 0, never values. */
  readonly path?: readonly (string | number)[] | undefined;
  /** The same request may succeed for fewer rows. */
  readonly isTooMuch?: boolean;
  /** Of the kind `permission`: those that the API named, such as "Order:read". */
  readonly permissions?: readonly string[];
  /** Of the kind `schema`: what the API said that it does not have, as schema coordinates: `Order.market`, `OrderStatus.SHIPPED`. */
  readonly lacks?: readonly string[];
  readonly cause?: unknown;
}

/** Every failure that a user gets to see. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | undefined;
  readonly stream: string | undefined;
  readonly path: readonly (string | number)[] | undefined;
  readonly isTooMuch: boolean;
  readonly permissions: readonly string[];
  readonly lacks: readonly string[];

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = details.kind;
    this.code = details.code;
    this.hint = details.hint;
    this.stream = details.stream;
    this.path = details.path;
    this.isTooMuch = details.isTooMuch ?? false;
    this.permissions = details.permissions ?? [];
    this.lacks = details.lacks ?? [];
  }
}

/** The message and the hint, as one text for a person. */
export function sentence(error: ConnectorError): string {
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}
