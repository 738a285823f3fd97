/** One request to the GraphQL endpoint, as it was answered. */
export interface LoggedRequest {
  /** ISO text, on the sandbox's clock. */
  readonly at: string;
  readonly status: number;
  readonly operationName: string | null;
  readonly rootFields: readonly string[];
  readonly complexity: number;
  /** `first`, `last` or `limit` of the first root field. */
  readonly pageSize: number | null;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The kind of the fault that decided the answer. */
  readonly fault: string | null;
}

/** The requests that the sandbox has seen, up to a number that bounds its memory. */
export class RequestLog {
  readonly #requests: LoggedRequest[] = [];

  add(request: LoggedRequest): void {
    this.#requests.push(request);
    if (this.#requests.length > 20_000) this.#requests.splice(0, 10_000);
  }

  list(): readonly LoggedRequest[] {
    return this.#requests;
  }

  clear(): void {
    this.#requests.length = 0;
  }
}
