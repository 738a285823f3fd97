import type { GraphQLSchema } from 'graphql';
import type { ElementUse } from '../../catalog/compile/inferred-uses.ts';
import type { Fact } from './diagnosis.ts';
import type { SchemaDifference } from './schema-difference.ts';

export interface Evidence {
  /** Undefined: the API does not show its schema. */
  readonly live: GraphQLSchema | undefined;
  readonly differences: readonly SchemaDifference[];
  /** The elements that a page was asked for with, and answered. */
  readonly seen: ReadonlySet<string>;
}

/** What a shop shows of the elements of which something was only inferred. */
export function elementFacts(uses: readonly ElementUse[], evidence: Evidence): readonly Fact[] {
  return uses.map((use) => ({ fact: use.element, ...findingOn(use, evidence) }));
}

function findingOn({ element, what }: ElementUse, { live, differences, seen }: Evidence): Omit<Fact, 'fact'> {
  if (live === undefined) {
    if (!seen.has(element)) return { verdict: 'unknown', how: 'the API does not show its schema' };
    if (what.some((part) => part !== 'NAME'))
      return { verdict: 'unknown', how: 'a page with it was answered; the rest only a schema can show' };
    return { verdict: 'confirmed', how: 'a page with it was answered' };
  }
  const first = differences.find((difference) => isAbout(difference, element));
  if (first !== undefined) return { verdict: 'refuted', how: differenceInWords(first) };
  if (what.every((part) => part === 'PERMISSION'))
    return { verdict: 'unknown', how: 'a schema does not say which permission guards a field' };
  const rest = what.includes('PERMISSION') ? '; which permission guards it is not in a schema' : '';
  return { verdict: 'confirmed', how: `the schema has it as ours does${rest}` };
}

/** Of an argument, what is said of its field says nothing; a type that is missing takes all of its members along. */
function isAbout({ kind, element: different }: SchemaDifference, element: string): boolean {
  if (kind === 'new' || kind === 'new value' || kind === 'new implementation') return false;
  if (different === element) return true;
  const [field = ''] = different.split('(');
  if (kind === 'new required argument') return field === element;
  return kind === 'missing' && (element.startsWith(`${different}.`) || element.startsWith(`${different}(`));
}

/** A clause. */
export function differenceInWords({ kind, element, bundled, live }: SchemaDifference): string {
  switch (kind) {
    case 'missing':
      return `the schema has no ${element}`;
    case 'renamed':
      return `the schema has no ${element}, and ${live} may be what it is called here`;
    case 'nullable':
    case 'not null':
    case 'other type':
      return `it is ${live} here, and not ${bundled}`;
    case 'new required argument':
      return `the schema wants an argument that we do not know (${live})`;
    case 'new implementation':
      return `the schema has ${live} too`;
    case 'new value':
    case 'new':
      return `the schema has ${element}`;
  }
}
