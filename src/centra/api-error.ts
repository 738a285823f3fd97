import { isObject } from '../json.ts';
import { lackedBy } from './lacked-by.ts';
import { refusedPermission } from './permissions.ts';
import { printable } from './printable.ts';

/** One of the `errors` of an answer, understood. */
export interface ApiError {
  readonly meaning: ErrorMeaning;
  /** In one line that a terminal obeys in nothing. It may hold data. */
  readonly text: string;
  /** Where it came up: names of fields and positions in lists. Undefined where it is about the query as a whole. */
  readonly path: readonly (string | number)[] | undefined;
  /** "Order:read", where the text names one. */
  readonly permission: string | undefined;
  /** What the API does not have, as a schema coordinate, where the text names it: `Order.market`. */
  readonly lacks: string | undefined;
}

type ErrorMeaning =
  | 'token'
  | 'permission'
  /** The query does not fit the API's schema. */
  | 'query'
  | 'too complex'
  | 'internal'
  /** Neither its category nor its text says. */
  | 'unknown';

export function parseErrors(errors: unknown): readonly ApiError[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isObject).map(({ message, path, extensions }) => {
    const raw = typeof message === 'string' ? message : '';
    const text = printable(raw);
    const category = isObject(extensions) ? extensions.category : undefined;
    const permission = refusedPermission(text);
    return {
      meaning: meaningOf(typeof category === 'string' ? category : '', text, permission),
      text,
      path: parsePath(path),
      permission,
      lacks: lackedBy(raw.slice(0, 2_000)),
    };
  });
}

/** A category is believed, and where there is none (or one that we have not heard of), the text. */
function meaningOf(category: string, text: string, permission: string | undefined): ErrorMeaning {
  if (category === 'authentication') return 'token';
  if (category === 'authorization') return 'permission';
  if (TOO_COMPLEX.test(text)) return 'too complex';
  if (category === 'graphql') return 'query';
  if (category === 'internal') return 'internal';
  if (permission !== undefined) return 'permission';
  if (ABOUT_THE_QUERY.test(text)) return 'query';
  return category !== '' || INTERNAL.test(text) ? 'internal' : 'unknown';
}

const TOO_COMPLEX =
  /query complexity should be|too complex|complexity\b.*\b(?:exceed|too (?:high|large))|exceed\w*\b.*\bcomplexity/i;

/** How webonyx/graphql-php and graphql-js begin what they say of a query that does not validate. */
const ABOUT_THE_QUERY =
  /^(?:Cannot query field|Unknown (?:argument|type|field|fragment|directive|operation)|Syntax Error|Variable "?\$|Field "[^"]*" (?:argument|of type|must not have|is not defined)|Argument "[^"]*"|Fragment |Expected (?:type|value of type)|Value "[^"]*" does not exist|Enum "[^"]*" cannot)/i;

const INTERNAL = /internal (?:server )?error|time[d -]?out|took too long|out of memory|memory size/i;

/** Names of fields and positions alone: whatever else an API puts there might be data. */
function parsePath(path: unknown): readonly (string | number)[] | undefined {
  if (!Array.isArray(path)) return undefined;
  const end = path.findIndex((part) => !isName(part) && !isPosition(part));
  const known: readonly unknown[] = end === -1 ? path : path.slice(0, end);
  return known.filter((part) => isName(part) || isPosition(part));
}

function isName(part: unknown): part is string {
  return typeof part === 'string' && /^[_A-Za-z]\w{0,100}$/.test(part);
}

function isPosition(part: unknown): part is number {
  return Number.isSafeInteger(part) && Number(part) >= 0;
}
