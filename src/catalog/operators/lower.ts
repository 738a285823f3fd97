import type { StepOperator } from './operator.ts';
import { textStep } from './text-step.ts';

export const lower: StepOperator = textStep('lower', (text) => text.toLowerCase());
