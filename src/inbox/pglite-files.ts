import { fsyncSync } from 'node:fs';
import type { NodeFS } from '@electric-sql/pglite/nodefs';

/** The parts of Emscripten's file system that are used here: its types say less than it has. */
interface NodeFiles {
  readonly stream_ops: { fsync?: (stream: { readonly nfd: number }) => number };
  tryFSOperation<T>(operation: () => T): T;
}

/**
 * The package's files in a folder, with the one call that it leaves out: an fsync of PostgreSQL's is answered with success
 * and not passed on, so what was committed would be lost with the machine's power.
 */
export async function syncingNodeFs(folder: string): Promise<NodeFS> {
  const { NodeFS: Files } = await import('@electric-sql/pglite/nodefs');
  class SyncingNodeFs extends Files {
    override async init(...given: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
      const { emscriptenOpts } = await super.init(...given);
      const passOn = (
        module: Parameters<Extract<typeof emscriptenOpts.preRun, readonly unknown[]>[number]>[0],
      ) => {
        const files = nodeFilesOf(module);
        files.stream_ops.fsync = ({ nfd }) => {
          files.tryFSOperation(() => fsyncSync(nfd));
          return 0;
        };
      };
      return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), passOn] } };
    }
  }
  return new SyncingNodeFs(folder);
}

function nodeFilesOf(module: unknown): NodeFiles {
  const files = (module as { NODEFS?: NodeFiles }).NODEFS;
  if (files === undefined)
    throw new Error('The embedded database has its files in another way than expected.');
  return files;
}
