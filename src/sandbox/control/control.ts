import { isObject } from '../../json.ts';
import {
  type Body,
  booleanIn,
  ControlError,
  numberIn,
  numbersIn,
  objectBody,
  onlyFields,
  requiredNumber,
  textIn,
  textsIn,
} from '../control-error.ts';
import { countRows, type ListedRoot, listedRoots, listRows } from '../data/counts.ts';
import { type Environment, introspectionModes } from '../environment.ts';
import { type Fault, faultKinds } from '../faults.ts';
import { hiddenOrderKinds } from '../graphql/hidden-orders.ts';
import { type Plan, plans } from '../limits/rate-limits.ts';
import { retryAfterForms } from '../limits/retry-after.ts';
import { tokenText } from '../limits/tokens.ts';
import { applyChanges } from './control-changes.ts';
import { setWebhook, setWebhookFaults, shownWebhooks } from './webhook-control.ts';

/** A JSON value, or the rows of a JSON array that is written as it is made. */
export type ControlAnswer = { readonly json: unknown } | { readonly rows: Iterable<unknown> };

type Command = (environment: Environment, body: Body, query: URLSearchParams) => ControlAnswer;

const json = (value: unknown): ControlAnswer => ({ json: value });

const commands: Readonly<Record<string, Command>> = Object.freeze({
  'GET clock': ({ clock }) => json({ now: new Date(clock.now()).toISOString() }),
  'POST advance': ({ clock }, body) => {
    onlyFields(body, ['seconds'], 'The body');
    const seconds = requiredNumber(body, 'seconds');
    if (seconds < 0) throw new ControlError('"seconds" must not be negative: the clock only moves forward.');
    clock.advance(seconds);
    return json({ now: new Date(clock.now()).toISOString() });
  },
  'POST change': ({ shop, clock }, body) => {
    onlyFields(body, ['changes'], 'The body');
    return json({ changed: applyChanges(shop, body.changes, clock.seconds()) });
  },
  'POST faults': ({ faults }, body) => {
    onlyFields(body, ['faults', 'seed'], 'The body');
    if (!Array.isArray(body.faults)) throw new ControlError('"faults" must be a list.');
    const list = body.faults.map(faultOf);
    faults.replace(list, numberIn(body, 'seed') ?? 1);
    return json({ faults: list });
  },
  'POST permissions': (environment, body) => {
    onlyFields(body, ['deny'], 'The body');
    const token = environment.tokens.get(environment.mainToken);
    const denied = textsIn(body, 'deny');
    if (denied === undefined) throw new ControlError('"deny" must be given, as a list of permissions.');
    if (token !== undefined) environment.tokens.set(token.text, { ...token, denied: new Set(denied) });
    return json({ denied });
  },
  'POST tokens': (environment, body) => {
    onlyFields(body, ['permissions', 'deny', 'expired', 'integrationName', 'storeIds'], 'The body');
    const permissions = textsIn(body, 'permissions');
    const storeIds = numbersIn(body, 'storeIds');
    const text = tokenText(environment.seed, environment.tokens.size);
    environment.tokens.set(text, {
      text,
      permissions: permissions === undefined ? null : new Set(permissions),
      denied: new Set(textsIn(body, 'deny') ?? []),
      isExpired: body.expired === true,
      integrationName: textIn(body, 'integrationName') ?? 'sandbox',
      storeIds: storeIds === undefined ? null : new Set(storeIds),
    });
    return json({ token: text });
  },
  'POST expire': ({ tokens }, body) => {
    onlyFields(body, ['token'], 'The body');
    const token = tokens.get(textIn(body, 'token') ?? '');
    if (token === undefined) throw new ControlError('"token" must be a token of this shop.');
    tokens.set(token.text, { ...token, isExpired: true });
    return json({ expired: true });
  },
  'POST schema': ({ served }, body) => {
    onlyFields(body, ['remove', 'add', 'unknown', 'nullableNull', 'refuse'], 'The body');
    const other = {
      remove: textsIn(body, 'remove') ?? [],
      add: textIn(body, 'add') ?? '',
      unknown: textsIn(body, 'unknown') ?? [],
      nullableNull: textsIn(body, 'nullableNull') ?? [],
      refuse: textsIn(body, 'refuse') ?? [],
    };
    try {
      served.change(other);
    } catch (error) {
      if (error instanceof Error) throw new ControlError(`The schema does not work: ${error.message}`);
      throw error;
    }
    return json({ removed: other.remove });
  },
  'POST introspection': (environment, body) => {
    onlyFields(body, ['mode', 'ms'], 'The body');
    const mode = introspectionModes.find((one) => one === body.mode);
    if (mode === undefined) throw new ControlError(`"mode" must be one of ${introspectionModes.join(', ')}.`);
    environment.introspection = { mode, ms: numberIn(body, 'ms') ?? 60_000 };
    return json(environment.introspection);
  },
  'POST events': ({ shop }, body) => {
    onlyFields(body, ['on'], 'The body');
    const isOn = booleanIn(body, 'on');
    if (isOn === undefined) throw new ControlError('"on" must be given, as true or false.');
    shop.events.isOn = isOn;
    return json({ on: isOn });
  },
  'POST hidden-orders': (environment, body) => {
    onlyFields(body, ['hidden'], 'The body');
    const hidden = (textsIn(body, 'hidden') ?? []).map((name) => {
      const kind = hiddenOrderKinds.find((one) => one === name);
      if (kind === undefined) throw new ControlError(`"hidden" may hold ${hiddenOrderKinds.join(', ')}.`);
      return kind;
    });
    environment.hiddenOrders = new Set(hidden);
    return json({ hidden });
  },
  'POST unservable': (environment, body) => {
    onlyFields(body, ['orders'], 'The body');
    const orders = numbersIn(body, 'orders');
    if (orders === undefined) throw new ControlError('"orders" must be given, as a list of numbers.');
    environment.unservable = new Set(orders);
    return json({ orders });
  },
  'POST slow-above': (environment, body) => {
    onlyFields(body, ['rows', 'complexity'], 'The body');
    environment.slowAbove = { rows: numberIn(body, 'rows'), complexity: numberIn(body, 'complexity') };
    return json(environment.slowAbove);
  },
  'GET limits': ({ limits }) => json({ limits: limits.rows(), closedUntil: closedUntil(limits.closedUntil) }),
  'POST limits': ({ limits }, body) => {
    onlyFields(body, ['plan', 'drain'], 'The body');
    if (body.plan !== undefined) limits.setPlan(planOf(body.plan));
    if (body.drain !== undefined) {
      const drain = objectBody(body.drain);
      onlyFields(drain, ['requests', 'mutations', 'complexity'], '"drain"');
      limits.drain({
        requests: numberIn(drain, 'requests') ?? 0,
        mutations: numberIn(drain, 'mutations') ?? 0,
        complexity: numberIn(drain, 'complexity') ?? 0,
      });
    }
    return json({ limits: limits.rows() });
  },
  'POST latency': (environment, body) => {
    onlyFields(body, ['ms'], 'The body');
    environment.latencyMs = requiredNumber(body, 'ms');
    return json({ ms: environment.latencyMs });
  },
  'GET counts': ({ shop }) => json(countRows(shop)),
  'GET ids': ({ shop }, _, query) => {
    const root = query.get('root');
    if (!isListedRoot(root)) throw new ControlError(`"root" must be one of ${listedRoots.join(', ')}.`);
    return { rows: listRows(shop, root) };
  },
  'GET requests': ({ log }) => json(log.list()),
  'DELETE requests': ({ log }) => {
    log.clear();
    return json([]);
  },
  'GET webhooks': ({ webhooks }, _, query) => json(shownWebhooks(webhooks, query)),
  'POST webhooks': ({ webhooks }, body) => json(setWebhook(webhooks, body)),
  'DELETE webhooks': ({ webhooks }) => {
    webhooks.log.clear();
    return json([]);
  },
  'POST webhooks/faults': ({ webhooks }, body) => json(setWebhookFaults(webhooks, body)),
  'POST webhooks/flush': ({ webhooks }, body) => {
    onlyFields(body, [], 'The body');
    webhooks.flush();
    return json({ waiting: webhooks.waiting });
  },
} satisfies Record<string, Command>);

/** Obeys one call; throws a ControlError when it cannot. `command` is the path below /control. */
export function control(
  environment: Environment,
  method: string,
  command: string,
  body: unknown,
  query: URLSearchParams,
): ControlAnswer {
  const name = `${method} ${command}`;
  const obey = commands[name];
  if (obey === undefined) {
    throw new ControlError(
      `There is no control command "${name}"; there are ${Object.keys(commands).join(', ')}.`,
    );
  }
  return obey(environment, method === 'POST' ? objectBody(body) : {}, query);
}

function planOf(value: unknown): Plan {
  if (typeof value === 'string') {
    const name = Object.keys(plans).find((known): known is keyof typeof plans => known === value);
    if (name !== undefined) return name;
  } else if (
    isObject(value) &&
    ['requests', 'mutations', 'complexity'].every((name) => isQuota(value[name]))
  ) {
    return value as unknown as Plan;
  }
  const form = '{requests, mutations, complexity}, each with tenSeconds and oneHour';
  throw new ControlError(`A plan is one of ${Object.keys(plans).join(', ')}, or an object ${form}.`);
}

function isQuota(value: unknown): boolean {
  return isObject(value) && Number(value.tenSeconds) > 0 && Number(value.oneHour) > 0;
}

function isListedRoot(value: string | null): value is ListedRoot {
  return listedRoots.some((root) => root === value);
}

function closedUntil(at: number): string | null {
  return at === 0 ? null : new Date(at * 1000).toISOString();
}

function faultOf(value: unknown): Fault {
  const fault = objectBody(value);
  onlyFields(fault, ['kind', 'rate', 'times', 'after', 'match', 'retryAfter', 'seconds', 'ms'], 'A fault');
  if (!faultKinds.some((kind) => kind === fault.kind)) {
    throw new ControlError(`There is no fault "${String(fault.kind)}"; there are ${faultKinds.join(', ')}.`);
  }
  if (fault.retryAfter !== undefined && !retryAfterForms.some((form) => form === fault.retryAfter)) {
    throw new ControlError(`"retryAfter" must be one of ${retryAfterForms.join(', ')}.`);
  }
  for (const name of ['rate', 'times', 'after', 'seconds', 'ms']) numberIn(fault, name);
  textIn(fault, 'match');
  return fault as unknown as Fault;
}
