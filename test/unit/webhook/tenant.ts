import type { ReceiverTenant } from '../../../src/webhook/receiver.ts';

export const acme: ReceiverTenant = Object.freeze({
  name: 'acme',
  id: 'Hq3ZtV0aXk2mPw9dR7sLbN4e',
  secrets: Object.freeze(['made-up-secret-of-acme']),
});
