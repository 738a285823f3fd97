import { type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.ts';

interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly unknown[];
  readonly extensions: { readonly category: string };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly data: Row;
  readonly errors: readonly GraphqlError[];
  readonly extensions: Row;
}

/** A JSON object whose shape the test knows. */
// biome-ignore lint/suspicious/noExplicitAny: answers are as free as the queries of the tests.
export type Row = Record<string, any>;

export interface ShopClient extends AsyncDisposable {
  readonly endpoint: string;
  readonly token: string;
  ask(query: string, variables?: Row, token?: string): Promise<Answer>;
  /** A control call: `get('counts')`, `post('advance', { seconds: 1 })`. */
  get(command: string): Promise<Row>;
  post(command: string, body: unknown): Promise<Row>;
  remove(command: string): Promise<Row>;
  close(): Promise<void>;
}

/** Noon of a day in June, so that both switches of summer time lie in the year before. */
export const noon = '2025-06-01T12:00:00Z';

export async function openShop(options: SandboxOptions = {}): Promise<ShopClient> {
  const sandbox = await startSandbox({ clockStart: noon, clockFrozen: true, plan: 'unlimited', ...options });
  const tell = async (method: string, command: string, body?: unknown): Promise<Row> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${sandbox.controlEndpoint}/${command}`, init);
    return { ...((await response.json()) as Row), status: response.status };
  };
  return {
    endpoint: sandbox.endpoint,
    token: sandbox.token,
    ask: async (query, variables = {}, token = sandbox.token) => {
      const response = await fetch(sandbox.endpoint, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      const body = parsed(text);
      return {
        status: response.status,
        headers: response.headers,
        text,
        data: body.data as Row,
        errors: (body.errors ?? []) as readonly GraphqlError[],
        extensions: body.extensions as Row,
      };
    },
    get: async (command) => (await (await fetch(`${sandbox.controlEndpoint}/${command}`)).json()) as Row,
    post: (command, body) => tell('POST', command, body),
    remove: (command) => tell('DELETE', command),
    close: () => sandbox.close(),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

function parsed(text: string): Row {
  try {
    return JSON.parse(text) as Row;
  } catch {
    return {};
  }
}
