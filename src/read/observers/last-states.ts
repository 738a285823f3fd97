import type { Observer } from './observer.ts';

/** Keeps the last state of each stream that was written. */
export function lastStates(states: Map<string, unknown>): Observer {
  return Object.freeze<Observer>({
    take: (message) => {
      if (message.type === 'checkpoint') states.set(message.stream, message.state);
    },
  });
}
