// A receiver in a process of its own, for tests and proofs that kill it: the inbox's place and a port are its arguments.
import { openInbox } from '../../../src/inbox/open-inbox.ts';
import { createReceiver } from '../../../src/webhook/receiver.ts';
import { serveReceiver } from '../../../src/webhook/server.ts';
import { acme } from './tenant.ts';

const [, , location = '', port = '0'] = process.argv;
const inbox = await openInbox(location);
const receiver = createReceiver({
  tenants: [acme],
  inbox,
  now: Date.now,
  log: (_, message) => void process.stderr.write(`${message}\n`),
});
const server = await serveReceiver({ receiver, host: '127.0.0.1', port: Number(port), statusPort: 0 });
process.once('SIGTERM', async () => {
  await server.close();
  await inbox.close();
  process.exit(0);
});
process.stdout.write(`${JSON.stringify({ url: server.url, statusUrl: server.statusUrl })}\n`);
