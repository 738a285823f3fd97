import { ConnectorError, type ErrorKind } from '../../errors.ts';

interface Refusal {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

const full: Refusal = Object.freeze({
  kind: 'transient',
  code: 'folder/full',
  what: 'has no room left on its disk',
  hint: 'Make room and read again: it goes on from the last state that was written.',
});
const forbidden: Refusal = Object.freeze({
  kind: 'config',
  code: 'folder/forbidden',
  what: 'may not be written to by this user',
  hint: 'Give it to this user, or choose another folder with --out.',
});
const notAFolder: Refusal = Object.freeze({
  kind: 'config',
  code: 'folder/not_a_folder',
  what: 'is in the way: a folder, or a file in a folder, cannot be there',
  hint: 'Choose another folder with --out.',
});
const failing: Refusal = Object.freeze({
  kind: 'transient',
  code: 'folder/disk',
  what: 'could not be read or written',
  hint: 'Look at the disk and read again: it goes on from the last state that was written.',
});

const refusals: ReadonlyMap<unknown, Refusal> = new Map([
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['EFBIG', full],
  ['EACCES', forbidden],
  ['EPERM', forbidden],
  ['EROFS', forbidden],
  ['EEXIST', notAFolder],
  ['EISDIR', notAFolder],
  ['ENOTDIR', notAFolder],
]);

/** Does something to a file or a folder; what the system refuses becomes a sentence about `path`. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const system = systemCode(cause);
    if (system === undefined) throw cause;
    const { kind, code, what, hint } = refusals.get(system) ?? failing;
    throw new ConnectorError({ kind, code, message: `${path} ${what} (${system}).`, hint, cause });
  }
}

/** Of what the system refused; the runtime's own errors have codes such as ERR_INVALID_ARG_TYPE. */
function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
