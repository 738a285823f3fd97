import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { isObject } from '../json.ts';
import { control } from './control/control.ts';
import { ControlError } from './control-error.ts';
import type { Environment } from './environment.ts';
import type { Fault } from './faults.ts';
import { answerGraphql, asksForSchema, type GraphqlRequest } from './graphql/graphql-request.ts';
import type { Token } from './limits/tokens.ts';
import { send, sendErrors, sendHalf, sendRows, sendText, sendThrottled, sendTooSlow } from './respond.ts';

const largestBody = 10_000_000;

const loginPage =
  '<!DOCTYPE html>\n<html><head><title>Centra – Log in</title></head><body><form method="post"><input name="username"><input name="password" type="password"></form></body></html>\n';

/** Answers one HTTP request, the unfriendly ways among them. */
export async function handle(
  environment: Environment,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const body = await readBody(request);
  if (url.pathname.startsWith('/control/')) {
    answerControl(environment, request.method ?? 'GET', url, body, response);
  } else if (url.pathname === '/graphql') {
    await answerEndpoint(environment, request, body, response);
  } else {
    send(environment, response, 404, { errors: [{ message: 'Not found.' }] });
  }
}

async function answerEndpoint(
  environment: Environment,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): Promise<void> {
  if (environment.latencyMs > 0) await wait(environment.latencyMs);
  if (request.method !== 'POST') {
    sendErrors(environment, response, 405, 'Only POST is allowed.', 'request');
    return;
  }
  const token = tokenOf(environment, request);
  if (typeof token === 'string') {
    logged(environment, 403);
    sendErrors(environment, response, 403, token, 'authentication');
    return;
  }
  const graphql = requestOf(body);
  if (typeof graphql === 'string') {
    logged(environment, 400);
    sendErrors(environment, response, 400, graphql, 'request');
    return;
  }
  const fault = environment.faults.strike(graphql.query);
  if (fault?.kind === 'slow') await wait(fault.ms ?? 1000);
  if (fault !== undefined && (await isLostTo(environment, fault, graphql, response))) return;
  const answer = answerGraphql(environment, token, graphql, fault);
  const { introspection } = environment;
  const isSchema = asksForSchema(answer.cost);
  if (isSchema && introspection.mode === 'slow') await wait(introspection.ms, undefined, { ref: false });
  logged(environment, answer.status, { graphql, fault, cost: answer.cost });
  if (answer.status === 429) sendThrottled(environment, response, answer.retryAt, fault);
  else if (answer.status === 499) sendTooSlow(environment, response);
  else if (fault?.kind === 'half-body') sendHalf(environment, response, JSON.stringify(answer.body));
  else if (isSchema && introspection.mode === 'cut' && answer.status === 200) {
    // What stands before the API let no more of it through: the answer is complete as HTTP, and half as JSON.
    const text = JSON.stringify(answer.body);
    sendText(environment, response, 200, 'application/json', text.slice(0, text.length >> 1));
  } else send(environment, response, answer.status, answer.body);
}

/** The faults that never get as far as GraphQL. */
async function isLostTo(
  environment: Environment,
  fault: Fault,
  graphql: GraphqlRequest,
  response: ServerResponse,
): Promise<boolean> {
  const note = (status: number) => logged(environment, status, { graphql, fault });
  switch (fault.kind) {
    case 'throttle':
      note(429);
      sendThrottled(environment, response, environment.clock.seconds() + (fault.seconds ?? 2), fault);
      return true;
    case '400':
      note(400);
      sendErrors(environment, response, 400, 'The query is invalid.', 'graphql');
      return true;
    case '401':
      // From what stands before the API: Centra itself says 403.
      note(401);
      sendText(
        environment,
        response,
        401,
        'text/html',
        '<html><body><h1>401 Unauthorized</h1></body></html>\n',
      );
      return true;
    case '403':
      note(403);
      sendErrors(environment, response, 403, 'Access token is invalid.', 'authentication');
      return true;
    case '413':
    case '504':
      note(Number(fault.kind));
      sendText(
        environment,
        response,
        Number(fault.kind),
        'text/html',
        `<html><body><h1>${fault.kind}</h1></body></html>\n`,
      );
      return true;
    case '499':
      note(499);
      sendTooSlow(environment, response);
      return true;
    case '500':
      note(500);
      sendErrors(environment, response, 500, 'Internal server error', 'internal');
      return true;
    case '502-html':
      note(502);
      sendText(
        environment,
        response,
        502,
        'text/html',
        '<html><body><h1>502 Bad Gateway</h1></body></html>\n',
      );
      return true;
    case '503':
      note(503);
      sendErrors(environment, response, 503, 'Service unavailable', 'internal');
      return true;
    case 'reset':
      note(0);
      response.destroy();
      return true;
    case 'hang':
      note(0);
      if (fault.ms !== undefined) {
        await wait(fault.ms, undefined, { ref: false });
        response.destroy();
      }
      return true;
    case 'html':
      note(200);
      sendText(environment, response, 200, 'text/html; charset=utf-8', loginPage);
      return true;
    case 'bad-json':
      note(200);
      sendText(environment, response, 200, 'application/json', '{"data":{"orders":[{"id":"1497');
      return true;
    default:
      return false;
  }
}

/** The token of a request, or what is wrong with it. */
function tokenOf(environment: Environment, request: IncomingMessage): Token | string {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1];
  const cookie = /(?:^|;\s*)graphql-access=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const text = bearer ?? cookie;
  if (text === undefined) return 'Access token is missing.';
  const token = environment.tokens.get(text);
  if (token === undefined) return 'Access token is invalid.';
  return token.isExpired ? 'Access token has expired.' : token;
}

/** The request in a body, or what is wrong with it. */
function requestOf(text: string): GraphqlRequest | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'The body is not JSON.';
  }
  if (!isObject(body) || typeof body.query !== 'string')
    return 'The body must be a JSON object with a "query".';
  const { variables, operationName } = body;
  if (variables != null && !isObject(variables)) return '"variables" must be an object.';
  return {
    query: body.query,
    variables: isObject(variables) ? variables : {},
    operationName: typeof operationName === 'string' && operationName !== '' ? operationName : null,
  };
}

function answerControl(
  environment: Environment,
  method: string,
  url: URL,
  body: string,
  response: ServerResponse,
): void {
  const command = url.pathname.slice('/control/'.length);
  try {
    const answer = control(
      environment,
      method,
      command,
      method === 'POST' ? controlBody(body) : {},
      url.searchParams,
    );
    if ('json' in answer) send(environment, response, 200, answer.json);
    else sendRows(environment, response, answer.rows);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    send(environment, response, 400, { error: error.message });
  }
}

function controlBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError('The body must be a JSON object.');
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largestBody) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function logged(
  environment: Environment,
  status: number,
  seen: {
    readonly graphql?: GraphqlRequest;
    readonly fault?: Fault | undefined;
    readonly cost?: {
      readonly complexity: number;
      readonly rootFields: readonly string[];
      readonly pageSize: number | undefined;
    };
  } = {},
): void {
  const { graphql, fault, cost } = seen;
  environment.log.add({
    at: new Date(environment.clock.now()).toISOString(),
    status,
    operationName:
      graphql?.operationName ?? /^\s*(?:query|mutation)\s+(\w+)/.exec(graphql?.query ?? '')?.[1] ?? null,
    rootFields: cost?.rootFields ?? [],
    complexity: cost?.complexity ?? 0,
    pageSize: cost?.pageSize ?? null,
    variables: graphql?.variables ?? {},
    fault: fault?.kind ?? null,
  });
}
