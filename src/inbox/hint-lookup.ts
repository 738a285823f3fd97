import { type Database, textOf } from './database.ts';
import { statementsFor } from './statements.ts';

/** `unknown`: no webhook named it, or so long ago that it is forgotten. */
export type HintState = 'unknown' | 'waiting' | 'claimed' | 'done' | 'dead';

/** For people who follow one hint through an inbox. */
export interface HintLookup {
  state(tenant: string, type: string, id: string): Promise<HintState>;
  close(): Promise<void>;
}

export function createHintLookup(database: Database): HintLookup {
  const { stateOfHint } = statementsFor(database.dialect);
  return Object.freeze<HintLookup>({
    state: async (tenant, type, id) => {
      const [row] = await database.query(stateOfHint, [tenant, type, id]);
      return row === undefined ? 'unknown' : (textOf(row.state) as HintState);
    },
    close: () => database.close(),
  });
}
