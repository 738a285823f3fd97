import { expect, test } from 'vitest';
import { nextSteps } from '../../../src/setup/config-questions.ts';

test('what is likeliest to help is offered first', () => {
  const first = (kind: Parameters<typeof nextSteps>[0]) => nextSteps(kind, 'config.json')[0]?.name;
  expect(first('auth')).toBe('try another token');
  expect(first('permission')).toBe('try another token');
  // The host does not exist, does not answer, or is no Centra.
  expect(first('config')).toBe('try another shop');
  expect(first('transient')).toBe('try another shop');
});
