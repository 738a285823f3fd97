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
  /** The object's id; the number of an order. */
  readonly objectReference: number;
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

/**
 * The events system: a queue per integration, held until it confirms. Until Centra switches it on, listeners can be
 * set and nothing is queued.
 */
export class EventLog {
  isOn: boolean;
  readonly #queues = new Map<string, Map<number, ShopEvent>>();
  readonly #listeners: EventListener[] = [];
  readonly #watchers: ((occurrence: Occurrence, at: number) => void)[] = [];
  #lastId = 7000;

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  /** Hears of everything that happens, listened to or not. */
  watch(watcher: (occurrence: Occurrence, at: number) => void): void {
    this.#watchers.push(watcher);
  }

  listeners(integrationName: string): readonly EventListener[] {
    return this.#listeners.filter((listener) => listener.integrationName === integrationName);
  }

  /** Adds change types to a listener; it takes none away. */
  listen(integrationName: string, objectType: string, types: readonly ChangeType[], at: number): void {
    const place = this.#placeOf(integrationName, objectType);
    const present = this.#listeners[place];
    const listener = {
      integrationName,
      objectType,
      changeTypes: changeTypes.filter(
        (one) => types.includes(one) || present?.changeTypes.includes(one) === true,
      ),
      createdAt: present?.createdAt ?? at,
      updatedAt: at,
    };
    if (place === -1) this.#listeners.push(listener);
    else this.#listeners[place] = listener;
  }

  /** Takes change types from a listener, with what is queued of them; false when nothing listened. */
  unlisten(integrationName: string, objectType: string, types: readonly ChangeType[], at: number): boolean {
    const place = this.#placeOf(integrationName, objectType);
    const present = this.#listeners[place];
    if (present === undefined) return false;
    const left = present.changeTypes.filter((one) => !types.includes(one));
    if (left.length === 0) this.#listeners.splice(place, 1);
    else this.#listeners[place] = { ...present, changeTypes: left, updatedAt: at };
    const queue = this.#queues.get(integrationName);
    for (const [id, event] of queue ?? []) {
      if (event.objectType === objectType && types.includes(event.changeType)) queue?.delete(id);
    }
    return true;
  }

  record(occurrence: Occurrence, at: number): void {
    for (const watcher of this.#watchers) watcher(occurrence, at);
    if (!this.isOn) return;
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

  /** The event that is confirmed now; undefined when the queue has none of this id. */
  confirm(integrationName: string, id: number): ShopEvent | undefined {
    const queue = this.#queues.get(integrationName);
    const event = queue?.get(id);
    queue?.delete(id);
    return event;
  }

  #placeOf(integrationName: string, objectType: string): number {
    return this.#listeners.findIndex(
      (listener) => listener.integrationName === integrationName && listener.objectType === objectType,
    );
  }
}
