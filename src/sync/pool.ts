/** Runs jobs, at most so many at once, in their order. After one has failed none is begun; the first error is thrown once those under way have ended. */
export async function runPool(jobs: readonly (() => Promise<void>)[], size: number): Promise<void> {
  const waiting = [...jobs];
  const errors: unknown[] = [];
  async function work(): Promise<void> {
    for (let job = waiting.shift(); job !== undefined && errors.length === 0; job = waiting.shift()) {
      await job().catch((error: unknown) => errors.push(error));
    }
  }
  await Promise.all(Array.from({ length: Math.min(size, jobs.length) }, work));
  if (errors.length > 0) throw errors[0];
}
