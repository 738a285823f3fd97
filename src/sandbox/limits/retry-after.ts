import { formatDateTime } from '../date-time.ts';

/** The documentation says "a timestamp"; these are all forms that a client may meet. */
export type RetryAfterForm = 'epoch' | 'date-time' | 'time-of-day' | 'delta-seconds' | 'http-date' | 'none';

export const retryAfterForms: readonly RetryAfterForm[] = Object.freeze([
  'epoch',
  'date-time',
  'time-of-day',
  'delta-seconds',
  'http-date',
  'none',
]);

/** Both times in epoch seconds. Undefined for no header at all. */
export function retryAfter(form: RetryAfterForm, at: number, now: number): string | undefined {
  switch (form) {
    case 'epoch':
      return String(at);
    case 'date-time':
      return formatDateTime(at, 'c');
    case 'time-of-day':
      return formatDateTime(at, 'H:i:s');
    case 'delta-seconds':
      return String(Math.max(0, Math.ceil(at - now)));
    case 'http-date':
      return new Date(at * 1000).toUTCString();
    case 'none':
      return undefined;
  }
}
