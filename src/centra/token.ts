import { ConnectorError } from '../errors.ts';

/**
 * Where the token comes from, asked before each request, so that it is held in one place only. `isStale`: the last one
 * was refused, so it is read again where it stands; a token file may have been rotated.
 */
export type TokenReader = (isStale: boolean) => string | Promise<string>;

/** The one in use, and whether another one has taken its place. */
export class Token {
  readonly #read: TokenReader;
  #isStale = false;

  constructor(read: TokenReader) {
    this.#read = read;
  }

  async current(): Promise<string> {
    const token = await this.#read(this.#isStale);
    this.#isStale = false;
    if (!/^[\x20-\x7e]+$/.test(token)) throw unfitToken();
    return token;
  }

  /** The API refused this one; whether there is another by now. */
  async hasChanged(refused: string): Promise<boolean> {
    this.#isStale = true;
    return (await this.current()) !== refused;
  }
}

/** A header that cannot be sent would look like a network that is down. */
function unfitToken(): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'config/api_token',
    message: 'The API token is empty, or has characters that no token has.',
    hint: 'Copy it again from Centra under System > API Tokens, without line breaks.',
  });
}
