/** The variables of a process, as far as they say what its terminal can do. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a terminal may show colours: NO_COLOR forbids them (no-color.org), FORCE_COLOR asks for them without one. */
export function wantsColour({
  isTty,
  environment,
}: {
  readonly isTty: boolean;
  readonly environment: Environment;
}): boolean {
  if (isSet(environment.NO_COLOR)) return false;
  if (isSet(environment.FORCE_COLOR)) return environment.FORCE_COLOR !== '0';
  return isTty && environment.TERM !== 'dumb';
}

/** Whether progress may be drawn: only where a person looks at a terminal that can move its cursor. */
export function wantsBars({
  isTty,
  environment,
  isQuiet,
}: {
  /** Of the stream that the bars go to, and that nothing else is written to. */
  readonly isTty: boolean;
  readonly environment: Environment;
  readonly isQuiet: boolean;
}): boolean {
  const isMachine = isSet(environment.CI) && environment.CI !== 'false';
  return isTty && !isQuiet && !isMachine && environment.TERM !== 'dumb';
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
