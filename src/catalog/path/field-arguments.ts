import { type GraphQLArgument, type GraphQLField, isRequiredArgument } from 'graphql';
import { didYouMean, inWords } from '../language/near-match.ts';
import type { Segment } from '../language/path-syntax.ts';
import { placeInside, type SourceNode } from '../language/source-node.ts';
import { checkInput, parseArguments } from './input-values.ts';
import type { Argument } from './response-key.ts';
import type { StepFault } from './step-fault.ts';

export interface CheckedArguments {
  readonly args: readonly Argument[];
  readonly deprecations: readonly string[];
  /** Those that the schema lacks, and that were left out: `Order.lines(includeFullyCancelled)`. */
  readonly goesWithout: readonly string[];
}

/** Such an argument only adds elements to a list, so that the list is still worth reading without it. */
const ADDING = /^include[A-Z]/;

/** The arguments that a path gives to a field, checked against the schema; an adding one among `optional` may be lacking. */
export function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  owner: string,
  segment: Segment,
  node: SourceNode,
  optional: readonly GraphQLArgument[] = [],
): CheckedArguments | StepFault {
  const place = placeInside(node, segment.offset);
  const written =
    segment.args === undefined ? [] : parseArguments(segment.args.text, node, segment.args.offset);
  if (written === undefined) {
    const hint = `Write names and values, as in ${field.name}(${field.args[0]?.name ?? 'name'}: …).`;
    return { code: 'path/syntax', place, message: `The arguments of "${field.name}" cannot be read.`, hint };
  }
  const deprecations: string[] = [];
  const goesWithout = new Set<string>();
  const seen = new Set<string>();
  for (const argument of written) {
    const known = field.args.find(({ name }) => name === argument.name);
    if (seen.has(argument.name)) {
      return {
        code: 'path/syntax',
        place: argument.place,
        message: `The argument "${argument.name}" is given twice.`,
        hint: 'Remove one of them.',
      };
    }
    seen.add(argument.name);
    if (
      known === undefined &&
      ADDING.test(argument.name) &&
      optional.some(({ name }) => name === argument.name)
    ) {
      goesWithout.add(argument.name);
      continue;
    }
    if (known === undefined) {
      const names = field.args.map(({ name }) => name);
      const all =
        names.length === 0
          ? `${field.name} takes no arguments.`
          : `Its arguments are ${inWords(names, 'and')}.`;
      const message = `${owner}.${field.name} has no argument "${argument.name}".`;
      const hint = didYouMean(argument.name, names) ?? all;
      return {
        code: 'path/unknown_argument',
        place: argument.place,
        message,
        hint,
        lacks: `${owner}.${field.name}(${argument.name})`,
      };
    }
    const checked = checkInput(known.type, argument.value, argument.name);
    if ('faults' in checked) {
      const [{ code, ...fault }] = checked.faults;
      return { code: code === 'unknown_field' ? 'path/unknown_argument' : 'path/wrong_argument', ...fault };
    }
    if (typeof known.deprecationReason === 'string')
      deprecations.push(
        `The argument ${argument.name} of ${owner}.${field.name} is deprecated: ${known.deprecationReason}`,
      );
    deprecations.push(...checked.deprecated);
  }
  const missing = field.args.find((arg) => isRequiredArgument(arg) && !seen.has(arg.name));
  if (missing !== undefined) {
    const hint = `Write ${field.name}(${missing.name}: …); it takes ${String(missing.type)}.`;
    return {
      code: 'path/missing_argument',
      place,
      message: `${owner}.${field.name} needs the argument "${missing.name}".`,
      hint,
    };
  }
  return {
    args: written
      .filter(({ name }) => !goesWithout.has(name))
      .map(({ name, literal }) => ({ name, literal })),
    deprecations,
    goesWithout: [...goesWithout].map((name) => `${owner}.${field.name}(${name})`),
  };
}
