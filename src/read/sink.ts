import type { CommandContext } from '../console/command-context.ts';
import type { Message } from '../protocol/message.ts';
import type { ProtocolWriter, WriterInput } from '../protocol/writer.ts';

/** Where the messages of a read go. */
export interface Sink {
  /** Resolves when there is room for more. */
  readonly take: (message: Message) => Promise<void>;
  /** After the last message, whatever the read came to. */
  readonly close: () => Promise<void>;
}

/** Called once it is known which streams are read. */
export type OpenSink = (input: WriterInput) => Promise<Sink>;

/** Messages of a protocol, on stdout. */
export function protocolSink({
  output,
  writer,
}: Pick<CommandContext<ProtocolWriter>, 'output' | 'writer'>): OpenSink {
  return async (input) => {
    const writeMessage = writer.messageWriter(input);
    return {
      take: async (message) => {
        if (message.type === 'flush') return output.flush();
        const written = writeMessage(message, Date.now());
        const isData = message.type === 'records' || message.type === 'checkpoint';
        if (!isData) return output.say(written);
        // What was read of the shop is written as it is.
        await output.say({ ...written, out: '' });
        await output.write(written.out);
      },
      close: async () => {},
    };
  };
}
