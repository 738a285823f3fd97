import type { ServerResponse } from 'node:http';
import type { Environment } from './environment.ts';
import type { Fault } from './faults.ts';
import { retryAfter } from './limits/retry-after.ts';

/** The connection was closed before the answer, which no client sees more of than the status. */
export function sendTooSlow(environment: Environment, response: ServerResponse): void {
  sendText(environment, response, 499, 'text/html', '');
}

export function sendThrottled(
  environment: Environment,
  response: ServerResponse,
  at: number,
  fault: Fault | undefined,
): void {
  const value = retryAfter(fault?.retryAfter ?? environment.retryAfter, at, environment.clock.now() / 1000);
  if (value !== undefined) response.setHeader('Retry-After', value);
  sendErrors(environment, response, 429, 'Too many requests.', 'rate-limit');
}

export function sendErrors(
  environment: Environment,
  response: ServerResponse,
  status: number,
  message: string,
  category: string,
) {
  send(environment, response, status, { errors: [{ message, extensions: { category } }] });
}

export function send(
  environment: Environment,
  response: ServerResponse,
  status: number,
  body: unknown,
): void {
  sendText(environment, response, status, 'application/json', JSON.stringify(body));
}

export function sendText(
  environment: Environment,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { ...dated(environment), 'Content-Type': type, 'Content-Length': bytes.length });
  response.end(bytes);
}

/** Promises the whole body and sends half of it. */
export function sendHalf(environment: Environment, response: ServerResponse, text: string): void {
  const bytes = Buffer.from(text);
  const headers = {
    ...dated(environment),
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
  };
  response.writeHead(200, headers);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

export function sendRows(environment: Environment, response: ServerResponse, rows: Iterable<unknown>): void {
  response.writeHead(200, { ...dated(environment), 'Content-Type': 'application/json' });
  let text = '[';
  let isFirst = true;
  for (const row of rows) {
    text += `${isFirst ? '' : ','}${JSON.stringify(row)}`;
    isFirst = false;
    if (text.length > 65_536) {
      response.write(text);
      text = '';
    }
  }
  response.end(`${text}]`);
}

/** The server's clock is the sandbox's, which need not be the client's. */
function dated({ clock }: Environment): { readonly Date: string } {
  return { Date: new Date(clock.now()).toUTCString() };
}
