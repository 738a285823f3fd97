import { statfs } from 'node:fs/promises';

/**
 * How a file system is reached. On a disk that other machines share, SQLite's locks and its shared memory do not hold: a
 * database there is damaged sooner or later. Through a bridge, to the host of a virtual machine or to a program, they may.
 */
export type DiskKind = 'local' | 'network' | 'bridge';

/** Linux's numbers of file systems (linux/magic.h and the file systems' own sources). */
const kinds: ReadonlyMap<number, readonly [name: string, kind: DiskKind]> = new Map([
  [0x6969, ['NFS', 'network']],
  [0x517b, ['SMB', 'network']],
  [0xff534d42, ['CIFS', 'network']],
  [0xfe534d42, ['SMB', 'network']],
  [0x564c, ['NCP', 'network']],
  [0x5346414f, ['AFS', 'network']],
  [0x6b414653, ['AFS', 'network']],
  [0x73757245, ['Coda', 'network']],
  [0x00c36400, ['Ceph', 'network']],
  [0x0bd00bd0, ['Lustre', 'network']],
  [0x47504653, ['GPFS', 'network']],
  [0x01161970, ['GFS2', 'network']],
  [0x7461636f, ['OCFS2', 'network']],
  [0x19830326, ['BeeGFS', 'network']],
  [0x01021997, ['9P', 'bridge']],
  [0x65735546, ['FUSE', 'bridge']],
  [0x786f4256, ['a shared folder of VirtualBox', 'bridge']],
  [0xbacbacbc, ['a shared folder of VMware', 'bridge']],
]);

/** The number of the file system that a folder is on; undefined where the system has none to tell. */
export type FileSystemType = (folder: string) => Promise<number | undefined>;

/** Other systems than Linux number them in ways that change. */
export const fileSystemType: FileSystemType = async (folder) =>
  process.platform === 'linux' ? (await statfs(folder)).type : undefined;

export function diskOf(type: number | undefined): { readonly name: string; readonly kind: DiskKind } {
  const [name, kind] = (type === undefined ? undefined : kinds.get(type >>> 0)) ?? ['a local disk', 'local'];
  return { name, kind };
}
