import type { StepOperator } from './operator.ts';
import { textStep } from './text-step.ts';

export const trim: StepOperator = textStep('trim', (text) => text.trim());
