import { expect, test } from 'vitest';
import { onDisk } from '../../../src/read/folder/disk-error.ts';

function refusing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(`${code}: no`), { code }));
}

test.each([
  ['ENOSPC', 'transient', 'data/orders.jsonl has no room left on its disk (ENOSPC).'],
  ['EDQUOT', 'transient', 'data/orders.jsonl has no room left on its disk (EDQUOT).'],
  ['EACCES', 'config', 'data/orders.jsonl may not be written to by this user (EACCES).'],
  ['EROFS', 'config', 'data/orders.jsonl may not be written to by this user (EROFS).'],
  [
    'ENOTDIR',
    'config',
    'data/orders.jsonl is in the way: a folder, or a file in a folder, cannot be there (ENOTDIR).',
  ],
  ['EIO', 'transient', 'data/orders.jsonl could not be read or written (EIO).'],
])('%s', async (code, kind, message) => {
  await expect(onDisk('data/orders.jsonl', refusing(code))).rejects.toMatchObject({ kind, message });
});

test('what is no refusal of the system stays what it is', async () => {
  const error = new TypeError('a fault of ours');
  await expect(onDisk('data', () => Promise.reject(error))).rejects.toBe(error);
});
