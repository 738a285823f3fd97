import type { StepOperator } from './operator.ts';
import { textStep } from './text-step.ts';

export const upper: StepOperator = textStep('upper', (text) => text.toUpperCase());
