import type { GraphQLSchema } from 'graphql';
import type { CompiledStream, UnreadableStream } from '../catalog/compile/compiled.ts';
import { type PermissionNeeded, permissionsNeeded } from '../catalog/compile/permissions-needed.ts';
import type { Refusal } from '../centra/answer.ts';
import type { CentraClient } from '../centra/client.ts';
import { schemaWithout } from '../centra/schema-without.ts';
import { ConnectorError } from '../errors.ts';
import { type ProbeInput, probe, probeAll, probeWays } from './probe.ts';

/** What a catalog comes to in a shop. */
export interface Bound {
  readonly streams: readonly CompiledStream[];
  readonly unreadable: readonly UnreadableStream[];
}

export interface AccessInput<Catalog extends Bound> {
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
  /** Compiles the catalog against a schema, without what these permissions guard. */
  readonly bind: (schema: GraphQLSchema, lacking: ReadonlySet<string>) => Catalog;
  readonly isWanted: (stream: string) => boolean;
  /** What an earlier look has found. */
  readonly known?: Known | undefined;
  /** A read comes next, which says itself what is wrong with an answer; else any such error is thrown. */
  readonly isForRead: boolean;
  /** The schema is not the shop's own: how its roots are paged and counted is tried too. */
  readonly isGuessed?: boolean | undefined;
}

/** What the token may not see, and what the API does not have though its schema, or ours, says so. */
export interface Known {
  readonly lacking: ReadonlySet<string>;
  /** Schema coordinates. */
  readonly absent: ReadonlySet<string>;
}

export interface Access<Catalog extends Bound> extends Known {
  /** Bound without what is lacking; the streams that this leaves nothing of are among its unreadable ones. */
  readonly catalog: Catalog;
  /** What is left of the schema. */
  readonly schema: GraphQLSchema;
  /** The permissions that the wanted streams need. */
  readonly needed: readonly PermissionNeeded[];
  /** Those of them that the token lacks. */
  readonly missing: readonly PermissionNeeded[];
  /** Refusals that no column accounts for. */
  readonly others: readonly Refusal[];
}

/** With each look at least one permission more is known, so that this ends; an API that invents names must not go on for ever. */
const MOST_LOOKS = 20;

/**
 * Finds out before the first page what the token may see: all streams in one request, and only where that meets a refusal,
 * root by root, each again without what was refused, until nothing is.
 */
export async function findAccess<Catalog extends Bound>(
  input: AccessInput<Catalog>,
): Promise<Access<Catalog>> {
  const { bind, isWanted, known } = input;
  const look = new Look(input, known);
  const whole = bind(schemaWithout(input.schema, known?.absent ?? new Set()), new Set());
  const needed = permissionsNeeded({ streams: whole.streams.filter(({ name }) => isWanted(name)) });
  const names = new Set(needed.map(({ permission }) => permission));
  const ofColumns = needed.filter(({ columns }) => columns.length > 0).map(({ permission }) => permission);
  if (!(await look.allAtOnce(ofColumns, names)) || input.isGuessed === true) {
    await look.atLists(ofColumns, names);
    for (const key of look.groups().keys()) await look.atRoot(key, names);
  }
  const { catalog, schema, lacking, absent, refused } = look;
  const missing = needed.filter(({ permission }) => lacking.has(permission));
  const unreadable = [...catalog.unreadable, ...refused.values()];
  const streams = catalog.streams.filter(({ name }) => !refused.has(name));
  const others = look.refusals.filter(({ permission }) => permission === undefined || !names.has(permission));
  return { catalog: { ...catalog, streams, unreadable }, schema, lacking, absent, needed, missing, others };
}

interface Seen {
  readonly refusals: readonly Refusal[];
  readonly error: ConnectorError | undefined;
}

/** What was found so far. */
class Look<Catalog extends Bound> {
  readonly lacking: Set<string>;
  readonly absent: Set<string>;
  readonly refused = new Map<string, UnreadableStream>();
  readonly refusals: Refusal[] = [];
  schema: GraphQLSchema;
  catalog: Catalog;
  readonly #input: AccessInput<Catalog>;

  constructor(input: AccessInput<Catalog>, known: Known | undefined) {
    this.#input = input;
    this.lacking = new Set(known?.lacking);
    this.absent = new Set(known?.absent);
    this.schema = schemaWithout(input.schema, this.absent);
    this.catalog = input.bind(this.schema, this.lacking);
  }

  /** The wanted streams by their root and filter. */
  groups(): ReadonlyMap<string, readonly CompiledStream[]> {
    const groups = new Map<string, CompiledStream[]>();
    for (const stream of this.catalog.streams) {
      if (!this.#input.isWanted(stream.name) || this.refused.has(stream.name)) continue;
      const key = JSON.stringify([stream.root.root, stream.where ?? null]);
      groups.set(key, [...(groups.get(key) ?? []), stream]);
    }
    return groups;
  }

  /** Whether nothing at all was refused. */
  async allAtOnce(permissions: readonly string[], names: ReadonlySet<string>): Promise<boolean> {
    const groups = [...this.groups().values()];
    const { refusals, error } = await seen(
      () => probeAll(groups, permissions, this.#probeInput),
      () => true,
    );
    if (error === undefined && refusals.length === 0) return true;
    this.#learn({ refusals, error }, names);
    return false;
  }

  /** Asks for what the permissions guard, without the streams: a refused root would hide what else is refused. */
  async atLists(permissions: readonly string[], names: ReadonlySet<string>): Promise<void> {
    let open = permissions.filter((permission) => !this.lacking.has(permission));
    for (let looks = 0; looks < MOST_LOOKS && open.length > 0; looks += 1) {
      const found = await seen(
        () => probeAll([], open, this.#probeInput),
        () => true,
      );
      // A refused list takes the others with it, where it is never null: they are asked for again.
      if (!this.#learn(found, names)) return;
      open = permissions.filter((permission) => !this.lacking.has(permission));
    }
  }

  async atRoot(key: string, names: ReadonlySet<string>): Promise<void> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const streams = this.groups().get(key) ?? [];
      if (streams.length === 0) return;
      const found = await seen(
        () => probe(streams, this.#probeInput),
        (error) => this.#input.isForRead && error.isTooMuch,
      );
      if (this.#learn(found, names)) continue;
      const { error } = found;
      if (error === undefined || !isAboutAccess(error)) {
        if (this.#input.isGuessed !== true) return;
        const ways = await seen(
          () => probeWays(streams, this.#probeInput),
          () => true,
        );
        // What else is wrong with them, the read says.
        if (this.#learn(ways, names)) continue;
        return;
      }
      for (const { name } of streams) this.refused.set(name, refusedStream(name, error));
      return;
    }
  }

  /** Whether something is known now that changes what is asked for. */
  #learn({ refusals, error }: Seen, names: ReadonlySet<string>): boolean {
    const before = this.lacking.size + this.absent.size;
    this.refusals.push(...refusals);
    const refused = [
      ...refusals.flatMap(({ permission }) => permission ?? []),
      ...(error?.permissions ?? []),
    ];
    for (const permission of refused) if (names.has(permission)) this.lacking.add(permission);
    for (const coordinate of error?.lacks ?? []) this.absent.add(coordinate);
    if (this.lacking.size + this.absent.size === before) return false;
    this.schema = schemaWithout(this.#input.schema, this.absent);
    this.catalog = this.#input.bind(this.schema, this.lacking);
    return true;
  }

  get #probeInput(): ProbeInput {
    const { client, signal } = this.#input;
    return { client, signal, schema: this.schema };
  }
}

async function seen(
  ask: () => Promise<readonly Refusal[]>,
  isPassedOver: (error: ConnectorError) => boolean,
): Promise<Seen> {
  try {
    return { refusals: await ask(), error: undefined };
  } catch (error) {
    if (error instanceof ConnectorError && (isAboutAccess(error) || (error.isTooMuch && isPassedOver(error))))
      return { refusals: [], error };
    throw error;
  }
}

function isAboutAccess({ kind }: ConnectorError): boolean {
  return kind === 'permission' || kind === 'schema';
}

function refusedStream(stream: string, { message, permissions, kind }: ConnectorError): UnreadableStream {
  return { stream, reason: message, ...(kind === 'permission' && { permission: permissions.join(', ') }) };
}
