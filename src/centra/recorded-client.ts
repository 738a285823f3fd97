import type { CentraClient, Query } from './client.ts';

/** One question and its answer, as far as a doctor may know them: nothing of the answer's data. */
export interface AskedQuery {
  readonly query: Query;
  /** From the first try to the answer, waits included. */
  readonly durationMs: number;
  /** What the API said that it cost. */
  readonly complexity: number | undefined;
  readonly appVersion: string | undefined;
  readonly clockDifferenceMs: number | undefined;
}

export interface RecordedClient extends CentraClient {
  /** The questions that were answered, in their order. */
  readonly asked: () => readonly AskedQuery[];
}

/** The same client, with a record of what each question took. */
export function recordedClient(client: CentraClient, elapsedMs: () => number): RecordedClient {
  const asked: AskedQuery[] = [];
  return Object.freeze<RecordedClient>({
    ...client,
    ask: async (query, signal) => {
      const startedMs = elapsedMs();
      const answer = await client.ask(query, signal);
      const { complexity, appVersion, clockDifferenceMs } = answer;
      asked.push({ query, durationMs: elapsedMs() - startedMs, complexity, appVersion, clockDifferenceMs });
      return answer;
    },
    asked: () => [...asked],
  });
}
