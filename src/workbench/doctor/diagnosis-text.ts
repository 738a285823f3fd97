import { duration, windowInWords } from '../../console/durations.ts';
import { count, shown, textTable } from '../../console/text-table.ts';
import { behaviours } from './behaviour.ts';
import type { Diagnosis, Fact, Probed } from './diagnosis.ts';
import { differenceInWords } from './element-facts.ts';

/** The diagnosis for people. */
export function diagnosisText(diagnosis: Diagnosis, host: string): string {
  const { app_version: appVersion, asked } = diagnosis;
  const version = appVersion === null ? '' : `, version ${appVersion}`;
  return [
    `The API of ${host}${version}, as source-centra ${diagnosis.version} finds it:`,
    ...section('Schema', schemaLines(diagnosis)),
    ...section('What no public source states', factLines(diagnosis.facts)),
    ...section('Permissions for the configured catalog', permissionLines(diagnosis)),
    ...section('Complexity', complexityLines(diagnosis)),
    ...section('Limits', limitLines(diagnosis)),
    ...section('Time', timeLines(diagnosis)),
    ...section('Orders', orderLines(diagnosis)),
    ...section('Events', eventLines(diagnosis)),
    '',
    `Centra was asked ${count(asked.requests, 'time')} for ${count(asked.complexity, 'point')} of complexity. Nothing was changed. With --json, this is a file to attach to a report: neither holds rows, persons or secrets.`,
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return ['', title, ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

function schemaLines({ schema }: Diagnosis): readonly string[] {
  if (schema.failure !== null)
    return [
      schema.failure,
      'The schema that comes with source-centra is used, and differences are not known.',
    ];
  const elsewhere = Object.entries(schema.elsewhere).map(([kind, number]) => `${shown(number)} ${kind}`);
  const rest =
    elsewhere.length === 0
      ? 'Elsewhere it is as ours.'
      : `Elsewhere, where no catalog looks: ${elsewhere.join(', ')}.`;
  if (schema.differences.length === 0)
    return ['It is as ours in all that the bundled catalogs and yours ask for.', rest];
  return [
    `It differs in ${count(schema.differences.length, 'place')} that the bundled catalogs or yours ask for:`,
    ...textTable(
      ['element', 'is', 'because'],
      schema.differences.map((difference) => [
        difference.element,
        difference.kind,
        differenceInWords(difference),
      ]),
    ).map((line) => `  ${line}`),
    rest,
  ];
}

/** What is not as we think comes first; what is confirmed of the schema is only counted. */
function factLines(facts: readonly Fact[]): readonly string[] {
  const isBehaviour = ({ fact }: Fact) => Object.hasOwn(behaviours, fact);
  const own = facts.filter(isBehaviour);
  const elements = facts.filter((fact) => !isBehaviour(fact));
  const counted = (verdict: Fact['verdict']) => elements.filter((fact) => fact.verdict === verdict).length;
  const refuted = elements.filter(({ verdict }) => verdict === 'refuted');
  return [
    ...textTable(
      ['fact', '', 'how it was found out'],
      own.map(({ fact, verdict, how }) => [fact, verdict, how]),
    ),
    `Of ${count(elements.length, 'element')} of the schema, ${counted('confirmed')} confirmed, ${counted('refuted')} refuted, ${counted('unknown')} unknown.`,
    ...refuted.map(({ fact, how }) => `  ${fact} refuted: ${how}`),
    'docs/facts.md says what each means, and what happens where it is otherwise.',
  ];
}

function permissionLines({ permissions, streams, catalog_errors: errors }: Diagnosis): readonly string[] {
  const unreadable = streams.filter(({ is_readable: isReadable }) => !isReadable);
  return [
    permissions.missing.length === 0
      ? `None of ${permissions.needed} was refused. A field that no row of the asked pages has was not tried.`
      : `${permissions.missing.length} of ${permissions.needed} are missing:`,
    ...permissions.missing.map(({ permission, streams: whole, columns }) => {
      const lost = [...whole, ...columns];
      const named = lost.length === 0 ? 'a part of an answer' : lost.slice(0, 6).join(', ');
      return `  ${permission}: ${named}${lost.length > 6 ? ` and ${lost.length - 6} more` : ''}`;
    }),
    ...unreadable.map(({ stream, reason }) => `${stream}: ${reason}`),
    ...(errors === 0
      ? []
      : [
          `The catalog has ${count(errors, 'error')}, and nothing of it is read: source-centra catalog check says which.`,
        ]),
  ];
}

function complexityLines({ complexity }: Diagnosis): readonly string[] {
  if (complexity.length === 0) return ['The API does not say what a query costs.'];
  return textTable(
    ['query', 'computed', 'told by the API'],
    complexity.map(({ what, computed, told }) => [what, computed, told]),
    ['computed', 'told by the API'],
  );
}

function limitLines({ limits }: Diagnosis): readonly string[] {
  return ifFound(limits, (found) =>
    found.length === 0
      ? ['This API does not tell its limits.']
      : textTable(
          ['limit', 'in', 'quota', 'left now'],
          found.map(({ resource, windowMs, quota, remaining }) => [
            resource,
            windowInWords(windowMs / 1000),
            quota,
            remaining,
          ]),
        ),
  );
}

function timeLines({ durations, clock_difference_ms: differenceMs }: Diagnosis): readonly string[] {
  return [
    ...durations.map(({ what, rows, ms }) => {
      const asked =
        rows === null ? 'The schema' : `${shown(rows)} ${what} at most, with all that the catalog asks for,`;
      return `${asked} took ${ms < 1000 ? `${ms} ms` : duration(ms / 1000)}.`;
    }),
    clockLine(differenceMs),
  ];
}

function clockLine(differenceMs: number | null): string {
  if (differenceMs === null) return 'The server does not say what time it is.';
  if (differenceMs === 0) return "The server's clock and this machine's agree.";
  const isAhead = differenceMs > 0;
  return `The server's clock is ${duration(Math.abs(differenceMs) / 1000)} ${isAhead ? 'ahead of' : 'behind'} this machine's.`;
}

function orderLines({ orders }: Diagnosis): readonly string[] {
  return ifFound(
    orders,
    ({ all, statuses, by_hold: hold, by_waiting_for_payment: waiting, by_status: status }) => {
      const part = (name: string, number: number | null) =>
        number === null ? `cannot be counted by ${name}` : `${shown(number)} by ${name}`;
      return [
        `${shown(all)} are counted; ${part('status', status)}, ${part('hold', hold)}, ${part('waiting for payment', waiting)}.`,
        ...textTable(
          ['status', 'orders'],
          Object.entries(statuses).map(([name, number]) => [name, number]),
          ['orders'],
        ),
      ];
    },
  );
}

function eventLines({ events }: Diagnosis): readonly string[] {
  return [
    ...ifFound(events.listeners, (found) => [
      found.length === 0 ? 'Nothing is listened to.' : `Listened to: ${found.join(', ')}.`,
    ]),
    ...ifFound(events.waiting, (found) => [
      found === null ? 'No event waits.' : `An event waits: ${found.object_type} ${found.change_type}.`,
    ]),
    events.conclusion,
  ];
}

function ifFound<T>(
  { found, failure }: Probed<T>,
  lines: (found: T) => readonly string[],
): readonly string[] {
  return failure === undefined ? lines(found) : [failure];
}
