import type { Message } from '../../protocol/message.ts';

/** Watches the messages of a run, and changes none. */
export interface Observer {
  /** Called for each message, once it has been taken by whoever writes it. */
  readonly take: (message: Message) => void;
  /** After the last message, however the run ended. */
  readonly end?: () => void;
}

/** Hands messages on; the observers hear of each when it has been taken, so that nothing counts that was not written. */
export async function* observe(
  messages: AsyncIterable<Message>,
  observers: readonly Observer[],
): AsyncGenerator<Message> {
  try {
    for await (const message of messages) {
      yield message;
      for (const observer of observers) observer.take(message);
    }
  } finally {
    for (const observer of observers) observer.end?.();
  }
}
