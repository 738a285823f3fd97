import type { Problem, Report } from './problem.ts';
import type { Place } from './source-node.ts';

const LONGEST_NAME = 63;
const reservedPrefixes = ['_airbyte_', '_ab_', '_sdc_', '_centra_'] as const;

/** Words of SQL that Postgres, Snowflake, BigQuery and Redshift all refuse as a name without quotes. */
const sqlWords: ReadonlySet<string> = new Set(
  `all and any as asc between by case cast create cross current_date current_timestamp default desc distinct else end except
  exists false fetch for from full group having in inner intersect into is join left like limit natural not null on or order
  outer right select set some table then to true union unique using values when where with`.split(/\s+/),
);

export interface NameUse {
  readonly what: 'stream' | 'column';
  readonly stream: string;
  readonly columnName?: string;
}

interface Named {
  readonly name: string;
  readonly place: Place;
}

type Fault = Pick<Problem, 'severity' | 'code' | 'message'> & { readonly hint: string };

/** What a warehouse, a platform or this language will not take as a name; names that differ in case only are one to a warehouse. */
export function checkNames(named: readonly Named[], use: (name: string) => NameUse, report: Report): void {
  const seen = new Map<string, string>();
  for (const { name, place } of named) {
    const { what, ...subject } = use(name);
    const other = seen.get(name.toLowerCase());
    if (other === undefined) seen.set(name.toLowerCase(), name);
    else report({ ...place, ...subject, ...collision(name, other) });
    const isNested = subject.columnName !== undefined && subject.columnName !== name;
    const fault = faultOf(name, what, isNested);
    if (fault !== undefined) report({ ...place, ...subject, ...fault });
  }
}

function collision(name: string, other: string): Fault {
  const message = `"${name}" and "${other}" are the same name to a warehouse, which ignores case.`;
  return { severity: 'error', code: 'name/collision', message, hint: 'Rename one of them.' };
}

function faultOf(name: string, what: NameUse['what'], isNested: boolean): Fault | undefined {
  const severity = 'error';
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const message = `"${name}" cannot be the name of a ${what}: letters, digits and _ only, and no digit first.`;
    return { severity, code: 'name/invalid', message, hint: proposalFor(name) };
  }
  if (name.length > LONGEST_NAME) {
    const message = `The name has ${name.length} characters; Postgres keeps ${LONGEST_NAME} and cuts the rest.`;
    return { severity, code: 'name/too_long', message, hint: 'Shorten it.' };
  }
  const prefix = reservedPrefixes.find((reserved) => name.toLowerCase().startsWith(reserved));
  if (prefix !== undefined) {
    const message = `Names that begin with ${prefix} belong to the platforms.`;
    return { severity, code: 'name/reserved', message, hint: 'Choose another name.' };
  }
  if (name === '__proto__') {
    const message = '"__proto__" cannot be a name in JSON that JavaScript reads.';
    return { severity, code: 'name/reserved', message, hint: 'Choose another name.' };
  }
  if (isNested || !sqlWords.has(name.toLowerCase())) return undefined;
  return {
    severity: 'warning',
    code: 'name/sql_word',
    message: `"${name}" is a word of SQL: every query on it needs quotes around it.`,
    hint: `Consider another name, such as \`${name}_${what === 'stream' ? 'rows' : 'value'}\`.`,
  };
}

function proposalFor(name: string): string {
  const proposal = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .replace(/^(?=\d)/, '_')
    .slice(0, LONGEST_NAME);
  return proposal === '' ? 'Choose another name.' : `\`${proposal}\` would do.`;
}
