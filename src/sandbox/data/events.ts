import type { OrderStatus } from './order-table.ts';

export type ChangeType = 'CREATED' | 'UPDATED' | 'DELETED' | 'COMPLETED' | 'DEPENDENT_DATA_CHANGED';

export const changeTypes: readonly ChangeType[] = Object.freeze([
  'CREATED',
  'UPDATED',
  'DELETED',
  'COMPLETED',
  'DEPENDENT_DATA_CHANGED',
]);

/** What happened to one object; whether somebody listened is decided when it happens. */
export interface Occurrence {
  readonly objectType: string;
  readonly changeType: ChangeType;
  readonly objectReference: string;
  readonly storeId?: number;
  readonly marketId?: number;
  /** The status that it moved to, where it is an order and moved. */
  readonly moved?: OrderStatus;
}

export interface ShopEvent extends Occurrence {
  readonly id: number;
  readonly createdAt: number;
}

export interface EventListener {
  readonly integrationName: string;
  readonly objectType: string;
  readonly changeTypes: readonly ChangeType[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The events system: a queue an integration, held until it confirms. */
export class EventLog {
  readonly #queues = new Map<string, Map<number, ShopEvent>>();
  readonly #listeners: EventListener[] = [];
  readonly #watchers: ((occurrence: Occurrence, at: number) => void)[] = [];
  #lastId = 7000;

  /** Hears of everything that happens, listened to or not. */
  watch(watcher: (occurrence: Occurrence, at: number) => void): void {
    this.#watchers.push(watcher);
  }

  listeners(integrationName: string): readonly EventListener[] {
    return this.#listeners.filter((listener) => listener.integrationName === integrationName);
  }

  listen(integrationName: string, objectType: string, types: readonly ChangeType[], at: number): void {
    const place = this.#placeOf(integrationName, objectType);
    const createdAt = this.#listeners[place]?.createdAt ?? at;
    const listener = { integrationName, objectType, changeTypes: types, createdAt, updatedAt: at };
    if (place === -1) this.#listeners.push(listener);
    else this.#listeners[place] = listener;
  }

  /** False when nothing listened. */
  unlisten(integrationName: string, objectType: string): boolean {
    const place = this.#placeOf(integrationName, objectType);
    if (place !== -1) this.#listeners.splice(place, 1);
    return place !== -1;
  }

  record(occurrence: Occurrence, at: number): void {
    for (const watcher of this.#watchers) watcher(occurrence, at);
    for (const listener of this.#listeners) {
      if (listener.objectType !== occurrence.objectType) continue;
      if (!listener.changeTypes.includes(occurrence.changeType)) continue;
      this.#lastId += 1;
      const event = { ...occurrence, id: this.#lastId, createdAt: at };
      const queue = this.#queues.get(listener.integrationName) ?? new Map<number, ShopEvent>();
      queue.set(event.id, event);
      this.#queues.set(listener.integrationName, queue);
    }
  }

  /** The oldest first, again and again until they are confirmed. */
  unconfirmed(integrationName: string): readonly ShopEvent[] {
    return [...(this.#queues.get(integrationName)?.values() ?? [])];
  }

  /** False when the queue has no such event. */
  confirm(integrationName: string, id: number): boolean {
    return this.#queues.get(integrationName)?.delete(id) ?? false;
  }

  #placeOf(integrationName: string, objectType: string): number {
    return this.#listeners.findIndex(
      (listener) => listener.integrationName === integrationName && listener.objectType === objectType,
    );
  }
}
