import type { ConnectorError } from '../errors.ts';
import type { Environment } from './asked-for.ts';

/**
 * What a command tells of itself to whoever watches it: traces and metrics. Whether and where they go is OpenTelemetry's
 * business, of which nothing is known here. Nothing of it can fail or hold up what is told of.
 */
export interface Telemetry {
  /** Runs a command, as the root of all that is told meanwhile, and returns its exit code. */
  readonly run: (name: string, work: () => Promise<number>) => Promise<number>;
  /** What is told of the way to one shop, and of a read from it. */
  readonly shop: (endpoint: string) => ShopTelemetry;
  /** For a process that the command starts: with these variables, what that tells stands below what is told here. */
  readonly variables: () => Readonly<Record<string, string>>;
  /** What ended the command. */
  readonly failed: (error: ConnectorError) => void;
  /**
   * Hands over what is left, for two seconds at most. False: not all was taken, and what still waits for the collector would
   * keep the process, so it must be ended by `process.exit`.
   */
  readonly end: () => Promise<boolean>;
}

export interface ShopTelemetry {
  readonly requested: (request: RequestTold) => void;
  /** Its numbers are asked for whenever some are handed over. */
  readonly watch: (source: NumbersTold) => void;
  readonly streamStarted: (stream: string) => void;
  readonly records: (stream: string, count: number) => void;
  readonly checkpoint: (stream: string) => void;
  /** Why a stream ends incomplete, before it does; without a stream, why the read does. */
  readonly streamFailed: (stream: string | undefined, error: ConnectorError) => void;
  readonly streamEnded: (stream: string, isComplete: boolean) => void;
}

/** A request that came to its end just now. */
export interface RequestTold {
  /** What was asked for: the name of a list, or a few fixed words. Never a value. */
  readonly what: string;
  /** Of the same question: 1 is the first. */
  readonly attempt: number;
  readonly durationMs: number;
  readonly status: number | undefined;
  readonly complexity: number | undefined;
  readonly error: ConnectorError | undefined;
}

/** What a client knows of itself. */
export interface NumbersTold {
  /** Numbers that only grow. */
  readonly usage: () => UsageTold;
  readonly limitsUsed: () => readonly LimitTold[];
}

/** How much of one of the API's limits is used up, by all who share it. */
export interface LimitTold {
  readonly resource: string;
  readonly windowMs: number;
  /** From 0 to 1. */
  readonly used: number;
}

export interface UsageTold {
  readonly requests: number;
  readonly complexity: number;
  readonly retries: number;
  readonly throttledMs: number;
  readonly pacedMs: number;
}

const nothing = () => {};

const noShopTelemetry: ShopTelemetry = Object.freeze({
  requested: nothing,
  watch: nothing,
  streamStarted: nothing,
  records: nothing,
  checkpoint: nothing,
  streamFailed: nothing,
  streamEnded: nothing,
});

/** Nobody watches. */
export const noTelemetry: Telemetry = Object.freeze({
  run: (_name: string, work: () => Promise<number>) => work(),
  shop: () => noShopTelemetry,
  variables: () => ({}),
  failed: nothing,
  end: async () => true,
});

export interface TelemetryOptions {
  /** The variables of this process: the exporters look theirs up in it by themselves. */
  readonly environment: Environment;
  readonly version: string;
  /** Told a sentence for people, once, when what is told does not arrive; and for each variable that cannot be followed. */
  readonly warn: (sentence: string) => void;
  /** Blots out the secrets that are known by then. */
  readonly redact: (text: string) => string;
}
