import { all } from './all.ts';
import { constant } from './constant.ts';
import { defaultValue } from './default.ts';
import { each } from './each.ts';
import { first } from './first.ts';
import { join } from './join.ts';
import { lower } from './lower.ts';
import { map } from './map.ts';
import type { SourceOperator, StepOperator } from './operator.ts';
import { path } from './path.ts';
import { pii } from './pii.ts';
import { split } from './split.ts';
import { trim } from './trim.ts';
import { type } from './type.ts';
import { upper } from './upper.ts';

export const sourceOperators: readonly SourceOperator[] = Object.freeze([path, first, constant, each, all]);

/** In the order in which they run. */
export const stepOperators: readonly StepOperator[] = Object.freeze([
  pii,
  trim,
  lower,
  upper,
  split,
  map,
  join,
  type,
  defaultValue,
]);
