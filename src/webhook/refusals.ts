import type { Refusal } from './metrics.ts';

/** What a call that is not stored gets for an answer, and what the operator is told of it. */
export interface RefusalWords {
  readonly status: 400 | 401 | 404 | 405 | 413 | 415 | 503;
  /** For the caller: never more than a stranger may know. */
  readonly answer: string;
  /** What is wrong with the call, and what to do about it; undefined: that is said where the reason is known. */
  readonly complaint: string | undefined;
}

const payloadHint = 'Is the version of the plugin in Centra "Integration API"?';
const clockHint = "Compare this machine's clock with the true time.";

export const refusals: Readonly<Record<Refusal, RefusalWords>> = Object.freeze({
  not_ours: {
    status: 404,
    answer: 'There is nothing here.',
    complaint: 'nothing is at its path. Compare the URL in Centra with what webhook create printed.',
  },
  method: {
    status: 405,
    answer: 'Only POST is allowed.',
    complaint: 'it is not a POST, as those of Centra are.',
  },
  missing: {
    status: 401,
    answer: 'The X-Centra-Signature header is missing.',
    complaint:
      'it is not signed. Is there an endpoint secret in Centra, and does a proxy take the header away?',
  },
  malformed: {
    status: 401,
    answer: 'The X-Centra-Signature header must be t=<seconds>,v1=<hex>.',
    complaint: 'its signature has another form than those of Centra.',
  },
  too_old: {
    status: 401,
    answer: 'The signature is too old. Is the clock right on both sides?',
    complaint: `its signature is too old. ${clockHint}`,
  },
  too_new: {
    status: 401,
    answer: 'The signature is of the future. Is the clock right on both sides?',
    complaint: `its signature is of the future. ${clockHint}`,
  },
  mismatch: {
    status: 401,
    answer: 'The signature does not match. Is the endpoint secret the same on both sides?',
    complaint:
      'its signature does not fit the secret. Compare the endpoint secret in Centra; after --rotate, restart serve.',
  },
  encoding: {
    status: 415,
    answer: 'The body must not be compressed.',
    complaint: 'its body is compressed. Let no proxy do that.',
  },
  too_large: { status: 413, answer: 'The body is too large.', complaint: 'its body is too large.' },
  broken_off: {
    status: 400,
    answer: 'The body broke off.',
    complaint: 'its body broke off. Does a proxy cut it?',
  },
  no_payload: {
    status: 400,
    answer: 'The body has no payload field.',
    complaint: `its body has no payload field. ${payloadHint}`,
  },
  not_json: {
    status: 400,
    answer: 'The payload is not JSON.',
    complaint: `its payload is not JSON. ${payloadHint}`,
  },
  no_events: {
    status: 400,
    answer: 'The payload has no list of events.',
    complaint: `its payload has no list of events. ${payloadHint}`,
  },
  cannot_store: {
    status: 503,
    answer: 'The events cannot be stored now. Please send them again.',
    complaint: undefined,
  },
});
