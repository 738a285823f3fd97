/** Carries messages from those who read the API to the one who writes them, in order, with back-pressure. */
export interface Channel<T> extends AsyncIterable<T> {
  /** Resolves when the reader has room for more. Messages of one call stay together. */
  readonly push: (...messages: readonly T[]) => Promise<void>;
  /** Resolves when the reader has dealt with all that was pushed and asks for more. */
  readonly taken: () => Promise<void>;
  /** For messages that must not wait: they are few. */
  readonly tell: (message: T) => void;
  /** Ends the iteration after what was pushed; with an error, the iteration throws it. */
  readonly close: (error?: unknown) => void;
}

export function createChannel<T>(capacity: number): Channel<T> {
  const queue: T[] = [];
  const writers: (() => void)[] = [];
  const settlers: (() => void)[] = [];
  let wakeReader: (() => void) | undefined;
  let end: { readonly error: unknown } | undefined;

  function tell(message: T): void {
    queue.push(message);
    wakeReader?.();
  }

  async function push(...messages: readonly T[]): Promise<void> {
    for (const message of messages) tell(message);
    if (queue.length >= capacity) await new Promise<void>((resolve) => writers.push(resolve));
  }

  function close(error?: unknown): void {
    end ??= { error };
    wakeReader?.();
  }

  async function taken(): Promise<void> {
    if (queue.length > 0 || wakeReader === undefined)
      await new Promise<void>((resolve) => settlers.push(resolve));
  }

  async function* read(): AsyncGenerator<T> {
    for (;;) {
      const message = queue.shift();
      if (message !== undefined) {
        if (queue.length < capacity) for (const wake of writers.splice(0)) wake();
        yield message;
      } else if (end !== undefined) {
        if (end.error !== undefined) throw end.error;
        return;
      } else {
        for (const settle of settlers.splice(0)) settle();
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
        wakeReader = undefined;
      }
    }
  }

  return Object.freeze({ push, taken, tell, close, [Symbol.asyncIterator]: read });
}
