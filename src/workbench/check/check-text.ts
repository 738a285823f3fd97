import { formatProblem, hasErrors, type Problem } from '../../catalog/language/problem.ts';
import type { NeededPermission } from '../explain/permission-list.ts';
import type { OpenCatalog } from '../open-catalog.ts';
import { attributesInWords } from './attribute-check.ts';
import type { Findings } from './check-catalog.ts';

/** For people. */
export function checkText(
  open: OpenCatalog,
  { problems, permissions, lacking, attributes }: Findings,
): string {
  const parts = [problems.map((problem) => `${formatProblem(problem)}\n`).join('')];
  const isWhole = !hasErrors(open.compiled.problems);
  if (permissions.length > 0) parts.push(permissionsText(permissions, lacking, isWhole));
  parts.push(`${summary(open, problems)}\n${attributesInWords(attributes)}${nextStep(open, problems)}\n`);
  return parts.filter((part) => part !== '').join('\n');
}

function permissionsText(
  permissions: readonly NeededPermission[],
  lacking: ReadonlySet<string> | undefined,
  isWhole: boolean,
): string {
  const width = Math.max(...permissions.map(({ permission }) => permission.length));
  const lines = permissions.map(({ permission, streams, columns }) => {
    const has = lacking === undefined ? '' : lacking.has(permission) ? 'lacks  ' : 'has    ';
    return `  ${has}${permission.padEnd(width)}  ${[...streams, ...shortened(columns)].join(', ')}\n`;
  });
  const title = isWhole
    ? 'Permissions that the API token needs, and what for:'
    : 'Permissions that the API token needs for the streams without an error:';
  return `${title}\n${lines.join('')}`;
}

const MOST_COLUMNS = 4;

function shortened(columns: readonly string[]): readonly string[] {
  if (columns.length <= MOST_COLUMNS) return columns;
  return [...columns.slice(0, MOST_COLUMNS - 1), `${columns.length - MOST_COLUMNS + 1} more columns`];
}

function summary(
  { label, compiled, schemas, configuration }: OpenCatalog,
  problems: readonly Problem[],
): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const columns = compiled.streams.reduce((sum, stream) => sum + stream.columns.length, 0);
  const against = schemas.isLive
    ? `the live schema of ${new URL(configuration?.endpoint ?? '').host}`
    : 'the schema that comes with the connector';
  const size =
    errors > 0 ? '' : `${counted(compiled.streams.length, 'stream')} with ${counted(columns, 'column')}, `;
  return `${label}: ${size}${counted(errors, 'error')}, ${counted(warnings, 'warning')}; checked against ${against}.`;
}

function nextStep({ argument, configuration }: OpenCatalog, problems: readonly Problem[]): string {
  if (hasErrors(problems)) return 'Correct the errors, and run the same command again.';
  if (configuration === undefined)
    return `Add --config to check it against the shop's own schema and the permissions of its token, or see what it asks for: source-centra catalog explain ${argument}`;
  return `See its rows: source-centra catalog preview ${argument} --config … --stream …`;
}

function counted(count: number, what: string): string {
  return `${count === 0 ? 'no' : count} ${what}${count === 1 ? '' : 's'}`;
}

/** For machines. */
export function checkJson(
  { label, compiled, schemas }: OpenCatalog,
  { problems, permissions, lacking, attributes }: Findings,
): string {
  const result = {
    catalog: label,
    schema: schemas.isLive ? 'live' : 'bundled',
    errors: problems.filter(({ severity }) => severity === 'error').length,
    warnings: problems.filter(({ severity }) => severity === 'warning').length,
    problems,
    streams: compiled.streams.map(({ name, columns }) => ({ name, columns: columns.length })),
    attributes: attributes.map(({ owner, isCertain, objects, facts }) => ({
      owner,
      certain: isCertain,
      objects,
      types: facts.map(({ type }) => type),
    })),
    permissions: permissions.map((needed) => ({
      ...needed,
      ...(lacking === undefined ? {} : { granted: !lacking.has(needed.permission) }),
    })),
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
