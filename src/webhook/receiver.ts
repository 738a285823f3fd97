import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { ConnectorError, sentence } from '../errors.ts';
import { createGroupCommit } from '../inbox/group-commit.ts';
import type { AddOutcome, Delivery, Inbox } from '../inbox/inbox.ts';
import { readBody } from './body.ts';
import { createReceiverMetrics, type Refusal } from './metrics.ts';
import { parsePayload } from './payload.ts';
import { refusals } from './refusals.ts';
import { DEFAULT_TOLERANCE_SECONDS, parseSignature, timeFault, verifiedDigest } from './signature.ts';

export interface ReceiverTenant {
  /** As the configuration, the inbox and the metrics call it. */
  readonly name: string;
  /** The last part of the path, which nobody may guess: `/centra/<id>`. */
  readonly id: string;
  /** The endpoint secrets; more than one while the old one is being replaced. */
  readonly secrets: readonly string[];
}

export interface ReceiverOptions {
  readonly tenants: readonly ReceiverTenant[];
  readonly inbox: Pick<Inbox, 'add' | 'waiting'>;
  /** The time in milliseconds, as Centra's servers have it. */
  readonly now: () => number;
  /** Hears what an operator should know; never what a call held. */
  readonly log?: (level: 'info' | 'warn', message: string) => void;
  /** Hears for which tenant something new was stored. */
  readonly stored?: (tenant: string) => void;
  /** How far a signature's time may be from now, either way. Default: 300 seconds. */
  readonly toleranceSeconds?: number;
  /** The largest body. Default: 1 MiB; a hundred events take some 20 KiB. */
  readonly largestBody?: number;
  /** Centra hangs up after five seconds, so that an answer must come before. Default: 4,500. */
  readonly answerWithinMs?: number;
}

export interface Receiver {
  /** Takes calls of Centra: request in, response out, so that no port is needed to try it. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Answers the operator: `/healthz`, `/readyz` and `/metrics`, which the world outside has no way to. */
  readonly fetchStatus: (request: Request) => Response | Promise<Response>;
  /** Told by a reader in the same process: objects were written so long after the first word of them. */
  written(tenant: string, objects: number, lagSeconds: number): void;
  /** Resolves when all that came has been stored. */
  settled(): Promise<void>;
}

const READY_WITHIN_MS = 2_000;
const BETWEEN_COMPLAINTS_MS = 60_000;

/** Takes Centra's webhooks: a call is answered with 200 when its hints are on disk, and not before. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { inbox, now, log = () => undefined, stored = () => undefined } = options;
  const tenants = tenantsById(options.tenants);
  const metrics = createReceiverMetrics(inbox);
  const commit = createGroupCommit(inbox, now, { onCommit: metrics.committed });
  const complainedMs = new Map<string, number>();

  /** A sender that goes on and on must not fill the log. */
  const complain = (about: string, text: string): void => {
    if (now() - (complainedMs.get(about) ?? Number.NEGATIVE_INFINITY) < BETWEEN_COMPLAINTS_MS) return;
    complainedMs.set(about, now());
    log('warn', text);
  };

  const store = async (delivery: Delivery): Promise<AddOutcome | undefined> => {
    try {
      return await within(options.answerWithinMs ?? 4_500, commit.add(delivery));
    } catch (error) {
      const what = 'Webhooks cannot be stored, and Centra is told to send them again';
      complain('cannot_store', `${what}: ${reasonOf(error)}`);
      return undefined;
    }
  };

  const receive = async (tenant: ReceiverTenant, request: Request): Promise<Refusal | 'stored'> => {
    const startedMs = now();
    const signature = parseSignature(request.headers.get('x-centra-signature'));
    if (typeof signature === 'string') return signature;
    const fault = timeFault(
      signature,
      startedMs / 1000,
      options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS,
    );
    if (fault !== undefined) return fault;
    if (!/^(identity)?$/i.test(request.headers.get('content-encoding')?.trim() ?? '')) return 'encoding';
    const body = await readBody(request, options.largestBody ?? 1024 * 1024);
    if (typeof body === 'string') return body;
    const verified = verifiedDigest(signature, body, tenant.secrets);
    if (verified === 'mismatch') return verified;
    const payload = parsePayload(body);
    if (typeof payload === 'string') return payload;
    const { hints, unreadable } = payload;
    const outcome = await store({
      tenant: tenant.name,
      signature: verified.digest,
      sentAt: signature.sentAt,
      hints,
    });
    if (outcome === undefined) return 'cannot_store';
    metrics.stored(tenant.name, outcome, hints, unreadable);
    if (outcome === 'stored') stored(tenant.name);
    metrics.answered((now() - startedMs) / 1000);
    return 'stored';
  };

  /** Without a tenant: the path is nobody's. */
  const refuse = (context: Context, refusal: Refusal, tenant?: ReceiverTenant): Response => {
    metrics.refused(refusal);
    const { status, answer, complaint } = refusals[refusal];
    const whose = tenant === undefined ? '/centra/…' : `the webhook of ${tenant.name}`;
    // Whoever looks what else is here is none of the operator's business.
    if (complaint !== undefined && (tenant !== undefined || context.req.path.startsWith('/centra/')))
      complain(`${refusal} ${whose}`, `A call to ${whose} was refused: ${complaint}`);
    // What of the body has not been read is not worth reading.
    if (status !== 400) context.header('Connection', 'close');
    if (status === 405) context.header('Allow', 'POST');
    return context.text(answer, status);
  };

  const app = new Hono({ strict: true });
  app.all('/centra/:id', async (context) => {
    const tenant = tenants.get(keyOf(context.req.param('id')));
    if (tenant === undefined) return refuse(context, 'not_ours');
    if (context.req.method !== 'POST') return refuse(context, 'method', tenant);
    const result = await receive(tenant, context.req.raw);
    return result === 'stored' ? context.text('ok') : refuse(context, result, tenant);
  });
  app.notFound((context) => refuse(context, 'not_ours'));
  app.onError((error, context) => {
    log('warn', `A webhook call was not understood by this program (${error.name}).`);
    return refuse(context, 'cannot_store');
  });

  const status = new Hono({ strict: true });
  status.get('/healthz', (context) => context.text('ok'));
  status.get('/readyz', async (context) => {
    try {
      await within(READY_WITHIN_MS, commit.check());
      return context.text('ok');
    } catch {
      return context.text('The inbox cannot store now.', 503);
    }
  });
  status.get('/metrics', async (context) =>
    context.text(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
  );
  return {
    fetch: (request) => app.fetch(request),
    fetchStatus: (request) => status.fetch(request),
    written: metrics.written,
    settled: commit.settled,
  };
}

/** By a digest, so that the time which a search takes tells nothing about the ids. */
function tenantsById(tenants: readonly ReceiverTenant[]): ReadonlyMap<string, ReceiverTenant> {
  const byId = new Map<string, ReceiverTenant>();
  for (const tenant of tenants) {
    if (!/^[\w-]{20,200}$/.test(tenant.id)) {
      throw misconfigured(
        tenant,
        'has an id that is too short or has other characters than letters, digits, _ and -',
      );
    }
    if (tenant.secrets.length === 0 || tenant.secrets.some((secret) => secret.trim().length < 6)) {
      throw misconfigured(tenant, 'has no endpoint secret of at least 6 characters');
    }
    if (byId.has(keyOf(tenant.id))) throw misconfigured(tenant, 'has the id of another tenant');
    byId.set(keyOf(tenant.id), tenant);
  }
  return byId;
}

function misconfigured({ name }: ReceiverTenant, what: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'webhook/tenant',
    message: `The webhook of tenant ${name} ${what}.`,
    hint: `Run source-centra webhook create --tenant ${name} for an id and a secret.`,
  });
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}

/** Rejects when it takes longer; what runs goes on. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`It took longer than ${ms} ms.`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof ConnectorError) return sentence(error);
  return error instanceof Error ? error.message : 'unknown';
}
