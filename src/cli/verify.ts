import type { CommandContext } from '../console/command-context.ts';
import { BAD_INPUT, FINDINGS, SUCCESS, worstOf } from '../console/exit-code.ts';
import { loggingObserver } from '../console/log.ts';
import { readInput } from '../read/input.ts';
import { configurationAt } from '../read/open-configuration.ts';
import { withSource } from '../read/open-source.ts';
import { type Verified, verifyOutputs } from '../verify/verify-outputs.ts';
import { verifyText } from '../verify/verify-text.ts';

export interface VerifyArguments {
  readonly config: string;
  readonly catalog: string;
  readonly output: readonly string[];
  readonly state?: string | undefined;
  readonly sample: number;
  readonly ids: number;
  readonly all: boolean;
  readonly json: boolean;
}

/** Compares the shop with what reads have written. */
export async function verify(args: VerifyArguments, context: CommandContext): Promise<number> {
  const { output, log, signal } = context;
  const configuration = await configurationAt(args.config, context);
  const { endpoint, startDate, maxWaitMs: patienceMs } = configuration;
  const { catalog: path, state } = args;
  const { wanted = [], states } = await readInput({ catalog: path, state }, Date.now());
  const options = {
    patienceMs,
    observer: loggingObserver(log),
    isPaced: true,
    tolerated: [],
    wanted,
    looksAtAccess: 'read' as const,
  };
  const verified = await withSource(configuration, options, context, ({ shop, schemas, catalog }) =>
    verifyOutputs({
      ...catalog,
      client: shop.client,
      schema: schemas.schema,
      signal,
      log,
      wanted,
      states,
      startDate,
      outputs: args.output,
      sample: args.sample,
      named: args.ids,
      random: Math.random,
    }),
  );
  const { result, holdsAny } = verified;
  const shown = { host: new URL(endpoint).host, isAll: args.all, holdsAny };
  await output.writeText(args.json ? `${JSON.stringify(result)}\n` : verifyText(result, shown));
  return exitCodeOf(verified);
}

function exitCodeOf({ result: { streams, is_complete: isComplete }, kinds }: Verified): number {
  if (streams.some(({ isEqual }) => !isEqual)) return FINDINGS;
  // A root that the token may not see is in both; what can be done about it decides.
  if (kinds.length > 0) return worstOf(kinds);
  return streams.length > 0 && isComplete ? SUCCESS : BAD_INPUT;
}
