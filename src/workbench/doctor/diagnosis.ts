import type { RateLimit } from '../../centra/rate-limits.ts';
import type { SchemaDifference } from './schema-difference.ts';

/** What the doctor found out, in the form in which machines get it. Nothing in it is a row's, a person's or a secret. */
export interface Diagnosis {
  /** Of source-centra. */
  readonly version: string;
  /** Of the API, where it said so. */
  readonly app_version: string | null;
  readonly schema: SchemaFindings;
  readonly facts: readonly Fact[];
  readonly permissions: PermissionFindings;
  /** In the configured catalog, held against this schema: `catalog check` says which. */
  readonly catalog_errors: number;
  readonly streams: readonly {
    readonly stream: string;
    readonly is_readable: boolean;
    readonly reason: string | null;
  }[];
  readonly complexity: readonly CostFinding[];
  readonly limits: Probed<readonly RateLimit[]>;
  /** How far the server's clock is ahead of this machine's, where one of them must be wrong. */
  readonly clock_difference_ms: number | null;
  readonly durations: readonly { readonly what: string; readonly rows: number | null; readonly ms: number }[];
  readonly orders: Probed<OrderCounts>;
  readonly events: EventFindings;
  readonly asked: { readonly requests: number; readonly complexity: number };
}

/** What one probe brought, or a sentence about why it brought nothing. */
export type Probed<T> =
  | { readonly found: T; readonly failure?: never }
  | { readonly failure: string; readonly found?: never };

export interface SchemaFindings {
  readonly is_live: boolean;
  /** Why the bundled schema had to do. */
  readonly failure: string | null;
  /** About what the bundled catalogs, the configured one and the sync ask for. */
  readonly differences: readonly SchemaDifference[];
  /** How many differences of each kind there are elsewhere. */
  readonly elsewhere: Readonly<Record<string, number>>;
}

export type FactVerdict = 'confirmed' | 'refuted' | 'unknown';

/** Something that no public source states, and what this shop says of it. */
export interface Fact {
  /** An element of the schema, or a name in docs/facts.md. */
  readonly fact: string;
  readonly verdict: FactVerdict;
  /** How it was found out, or why it was not: a clause. */
  readonly how: string;
}

export interface PermissionFindings {
  /** How many the configured catalog needs. */
  readonly needed: number;
  readonly missing: readonly {
    readonly permission: string;
    /** What cannot be read at all without it. */
    readonly streams: readonly string[];
    /** What stays empty: `orders.customer_id`. */
    readonly columns: readonly string[];
  }[];
}

export interface CostFinding {
  readonly what: string;
  /** By the formula. */
  readonly computed: number;
  readonly told: number;
}

export interface OrderCounts {
  readonly all: number;
  /** The sum over all statuses that the schema knows; null where it cannot be filtered by them. */
  readonly by_status: number | null;
  /** The sum of those that are on hold and those that are not. */
  readonly by_hold: number | null;
  /** The sum of those that wait for payment and those that do not. */
  readonly by_waiting_for_payment: number | null;
  /** Of each status that the schema knows. */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface EventFindings {
  readonly listeners: Probed<readonly string[]>;
  readonly waiting: Probed<{ readonly object_type: string; readonly change_type: string } | null>;
  /** A sentence: what follows. */
  readonly conclusion: string;
}
