import { buildDist } from '../scripts/build.mjs';

/** The tests that run the real command run what src holds now. */
export const setup = buildDist;
