import { expect, test } from 'vitest';
import { type Environment, wantsBars, wantsColour } from '../../../src/console/capabilities.ts';

test.each<[string, boolean, Environment, boolean]>([
  ['a terminal', true, { TERM: 'xterm' }, true],
  ['no terminal', false, { TERM: 'xterm' }, false],
  ['NO_COLOR', true, { TERM: 'xterm', NO_COLOR: '1' }, false],
  ['an empty NO_COLOR, which means nothing', true, { TERM: 'xterm', NO_COLOR: '' }, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ['FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
  ['NO_COLOR before FORCE_COLOR', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('colour: %s', (_, isTty, environment, expected) => {
  expect(wantsColour({ isTty, environment })).toBe(expected);
});

test.each<[string, boolean, Environment, boolean, boolean]>([
  ['a terminal', true, { TERM: 'xterm' }, false, true],
  ['a terminal without colours', true, { TERM: 'xterm', NO_COLOR: '1' }, false, true],
  ['no terminal', false, { TERM: 'xterm' }, false, false],
  ['--quiet', true, { TERM: 'xterm' }, true, false],
  ['CI', true, { TERM: 'xterm', CI: 'true' }, false, false],
  ['CI=false', true, { TERM: 'xterm', CI: 'false' }, false, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false, false],
])('bars: %s', (_, isTty, environment, isQuiet, expected) => {
  expect(wantsBars({ isTty, environment, isQuiet })).toBe(expected);
});
