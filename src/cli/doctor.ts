import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { configurationAt } from '../read/open-configuration.ts';
import { diagnosisText } from '../workbench/doctor/diagnosis-text.ts';
import { withDoctor } from '../workbench/doctor/open-doctor.ts';

export interface DoctorArguments {
  readonly config: string;
  readonly json: boolean;
}

/** Says what this shop's API is like, where it is not as we think, and what that means for the catalog. */
export async function doctor(args: DoctorArguments, context: CommandContext): Promise<number> {
  const configuration = await configurationAt(args.config, context);
  const diagnosis = await withDoctor(configuration, context);
  const host = new URL(configuration.endpoint).host;
  await context.output.writeText(
    args.json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : diagnosisText(diagnosis, host),
  );
  return SUCCESS;
}
