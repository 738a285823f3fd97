import { summerTime } from '../date-time.ts';
import { type Dice, salted } from '../dice.ts';

const salts = Object.freeze({
  jitter: salted('order.jitter'),
  delay: salted('order.delay'),
  burst: salted('order.burst'),
});

const day = 86_400;
const span = 400 * day;

/** When the orders of a shop were placed and last changed: the times that a sync stumbles over among them. */
export interface OrderCalendar {
  readonly orderDate: Uint32Array;
  readonly updatedAt: Uint32Array;
}

export function orderCalendar(dice: Dice, count: number, now: number): OrderCalendar {
  const orderDate = new Uint32Array(count);
  const updatedAt = new Uint32Array(count);
  const begin = now - span;
  for (let slot = 0; slot < count; slot++) {
    // Numbers and dates go roughly together, but neither decides the other: shops import old orders late.
    const jitter = (dice.fraction(salts.jitter, slot) - 0.5) * (slot % 50 === 0 ? 30 : 2) * day;
    const placed = begin + ((slot + 0.5) / count) * span + jitter;
    orderDate[slot] = Math.min(Math.max(begin, Math.floor(placed)), now - (count - slot));
    const delay = dice.fraction(salts.delay, slot) ** 3 * 25 * day;
    updatedAt[slot] = Math.min((orderDate[slot] ?? 0) + Math.floor(delay), now - (slot % 3));
  }
  burst(dice, count, now, updatedAt, orderDate);
  edges(count, now, updatedAt);
  for (let slot = 0; slot < count; slot++) {
    orderDate[slot] = Math.min(orderDate[slot] ?? 0, updatedAt[slot] ?? 0);
  }
  return { orderDate, updatedAt };
}

/** A nightly job touched very many orders within one second: more than one page of the largest size can hold. */
function burst(dice: Dice, count: number, now: number, updatedAt: Uint32Array, orderDate: Uint32Array): void {
  const second = now - 9 * day - 11_473;
  const wanted = count >= 500 ? Math.max(340, Math.floor(count * 0.02)) : Math.floor(count * 0.2);
  const eligible = Math.floor(count * 0.96);
  let done = 0;
  let slot = dice.below(Math.max(1, eligible), salts.burst, 0);
  // A stride that shares no divisor with the number of orders visits each of them once.
  const stride = strideOver(eligible);
  for (let turn = 0; turn < eligible && done < wanted; turn++) {
    slot = (slot + stride) % eligible;
    if ((orderDate[slot] ?? 0) >= second) continue;
    updatedAt[slot] = second;
    done += 1;
  }
}

/** Times on the edges of windows: full hours and days, here and in UTC, and both switches of summer time. */
function edges(count: number, now: number, updatedAt: Uint32Array): void {
  const midnight = now - (now % day);
  const hour = now - (now % 3600);
  const year = new Date(now * 1000).getUTCFullYear();
  const switches = [...summerTime(year - 1), ...summerTime(year)].filter(
    (at) => at < now - 7200 && at > now - span + day,
  );
  const times = [
    hour,
    hour - 1,
    hour - 3600,
    midnight,
    midnight - 1,
    midnight - 7 * day,
    midnight - 7 * day + 22 * 3600,
    midnight - 7 * day + 23 * 3600,
    ...switches.flatMap((at) => [at - 3600, at - 1, at, at + 1, at + 3599, at + 3600]),
  ];
  const room = Math.min(times.length, Math.floor(count / 5));
  for (let i = 0; i < room; i++) {
    const at = Math.min(times[i] ?? now, now);
    const place = Math.floor(((at - (now - span)) / span) * count) - 3 - i;
    updatedAt[Math.min(count - 1, Math.max(0, place))] = at;
  }
}

function strideOver(count: number): number {
  for (const candidate of [104_729, 7919, 541, 101, 31, 7, 3]) {
    if (candidate < count && count % candidate !== 0) return candidate;
  }
  return 1;
}
