import type { Message, StatusMessage } from '../../protocol/message.ts';
import type { WriterInput } from '../../protocol/writer.ts';
import type { OpenSink, Sink } from '../sink.ts';

/** Many reads, told as one. */
export interface OneRun {
  /** Before each read: what it reads. */
  readonly begin: (input: WriterInput) => Promise<void>;
  readonly take: (message: Message) => Promise<void>;
  /** Says how each stream stands at the end. */
  readonly close: () => Promise<void>;
}

/** Each stream begins once, runs, and ends at the end; and a failure that lasts is told once. */
export function oneRun(openSink: OpenSink): OneRun {
  let sink: { readonly open: Sink; readonly streams: string } | undefined;
  const said = new Set<string>();
  const ends = new Map<string, StatusMessage['status']>();
  const failures = new Map<string, string>();
  let begun = Promise.resolve();

  async function open(input: WriterInput): Promise<void> {
    const streams = JSON.stringify(input.streams);
    if (sink?.streams === streams) return;
    // The shop's schema has changed: what is told of the streams is told anew.
    await sink?.open.close();
    said.clear();
    sink = { open: await openSink(input), streams };
  }

  async function takeStatus(message: StatusMessage): Promise<void> {
    const { stream, status } = message;
    if (status === 'complete' || status === 'incomplete') {
      ends.set(stream, status);
      if (status === 'complete') failures.delete(stream);
      return;
    }
    if (!ends.has(stream)) ends.set(stream, 'incomplete');
    const name = `${stream} ${status}`;
    if (message.rateLimitedUntilMs === undefined && said.has(name)) return;
    said.add(name);
    await sink?.open.take(message);
  }

  function isKnown(message: Message): boolean {
    if (message.type === 'estimate') return true;
    if (message.type !== 'failure') return false;
    const { stream = '', error } = message;
    const text = `${error.code} ${error.message}`;
    if (failures.get(stream) === text) return true;
    failures.set(stream, text);
    return false;
  }

  return Object.freeze<OneRun>({
    begin: (input) => {
      // One after the other, for several reads may begin at the same time.
      begun = begun.then(() => open(input));
      return begun;
    },
    take: async (message) => {
      if (message.type === 'status') await takeStatus(message);
      else if (!isKnown(message)) await sink?.open.take(message);
    },
    close: async () => {
      for (const [stream, status] of ends) await sink?.open.take({ type: 'status', stream, status });
      await sink?.open.close();
    },
  });
}
