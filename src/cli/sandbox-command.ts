import { command } from './command.ts';
import { sandboxOptions } from './sandbox-options.ts';

export const sandboxCommand = command({
  name: 'sandbox',
  summary: 'Serve an embedded Centra shop with made-up data',
  options: sandboxOptions,
  examples: [
    {
      line: 'sandbox > sandbox.json &',
      about: 'A shop to try things with; its first line is a configuration',
    },
    { line: 'sandbox --orders 20000 --plan unlimited', about: 'A larger shop without limits' },
    {
      line: 'sandbox --tenant nord --plan growth',
      about: 'Other attributes, and the limits of a small plan',
    },
    {
      line: 'sandbox --seed 7 --clock-start 2026-05-01T12:00:00Z --clock-frozen',
      about: 'The same shop each time, for a test',
    },
    {
      line: 'WEBHOOK_SECRET=made-up-secret $0 sandbox --webhook-url http://127.0.0.1:8080/centra/acme --webhook-secret-env WEBHOOK_SECRET',
      about: 'Tell a receiver of each changed order',
    },
  ],
  load: async () => (await import('./sandbox.ts')).sandbox,
});
