import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderStates } from '../../../src/read/folder/folder-state.ts';

test.each([
  ['cut off', '{"version":1,"file":"orders.js'],
  ['empty', ''],
  ['of something else', '{"version":1,"file":"../orders.jsonl","bytes":0,"state":{}}'],
])('a state that is %s says what to take away', async (_, text) => {
  const folder = mkdtempSync(join(tmpdir(), 'source-centra-state-'));
  writeFileSync(join(folder, 'orders.state.json'), text);
  await expect(folderStates(folder)).rejects.toMatchObject({
    message: `${join(folder, 'orders.state.json')} is damaged, or not a state that this version of the connector wrote.`,
    hint: 'Take it away, with the file beside it, to read the stream from the beginning.',
  });
  rmSync(folder, { recursive: true });
});
