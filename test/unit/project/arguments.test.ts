import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('only the entry looks at process.argv, and hands it on in full', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('src', file));
  expect(files.filter((file) => readFileSync(file, 'utf8').includes('process.argv'))).toEqual([
    join('src', 'main.ts'),
  ]);
});
