import type { Surroundings } from '../console/command-context.ts';
import type { ReadingFace, SpeakerInput } from '../protocol/face.ts';
import type { Message } from '../protocol/message.ts';

/** Where the messages of a read go. */
export interface Sink {
  /** Resolves when there is room for more. */
  readonly take: (message: Message) => Promise<void>;
  /** After the last message, whatever the read came to. */
  readonly close: () => Promise<void>;
}

/** Called once it is known which streams are read. */
export type OpenSink = (input: SpeakerInput) => Promise<Sink>;

/** Messages of a protocol, on stdout. */
export function spokenTo({ output, face }: Pick<Surroundings<ReadingFace>, 'output' | 'face'>): OpenSink {
  return async (input) => {
    const speaker = face.speaker(input);
    return {
      take: async (message) => {
        if (message.type === 'flush') return output.flush();
        const spoken = speaker(message, Date.now());
        const isData = message.type === 'records' || message.type === 'checkpoint';
        if (!isData) return output.say(spoken);
        // What was read of the shop is written as it is.
        await output.say({ ...spoken, out: '' });
        await output.write(spoken.out);
      },
      close: async () => {},
    };
  };
}
