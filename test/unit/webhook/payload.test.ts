import { describe, expect, test } from 'vitest';
import { parsePayload } from '../../../src/webhook/payload.ts';

const parse = (body: string) => parsePayload(Buffer.from(body));
const ofJson = (value: unknown) => parse(`payload=${encodeURIComponent(JSON.stringify(value))}`);

describe('a payload', () => {
  test("Centra's documented events", () => {
    const event = { type: 'order', action: 'update', date: '2021-01-29 14:40:58.628033', id: 2735 };
    expect(ofJson({ events: [event] })).toEqual({
      hints: [{ type: 'order', id: '2735', action: 'update' }],
      unreadable: 0,
    });
  });

  test('types and actions that nobody knows are kept, and fields too', () => {
    const event = { type: 'voucher', action: 'exploded', date: '', id: 'V-1', more: { of: 'it' } };
    expect(ofJson({ events: [event], source: 'x' })).toEqual({
      hints: [{ type: 'voucher', action: 'exploded', id: 'V-1' }],
      unreadable: 0,
    });
  });

  test('an event without an object is counted, and its neighbours are kept', () => {
    const good = { type: 'order', action: 'create', id: '7' };
    const bad = [
      null,
      5,
      [],
      {},
      { type: 'order' },
      { id: 1 },
      { ...good, id: 1.5 },
      { ...good, id: 'a\u0000' },
    ];
    const odd = [
      { ...good, id: 'å' },
      { ...good, id: 'someone@example.com' },
      { ...good, type: 'x'.repeat(101) },
      { ...good, id: '' },
      { ...good, type: true },
    ];
    expect(ofJson({ events: [...bad, good, ...odd] })).toEqual({ hints: [good], unreadable: 13 });
  });

  test('an action that cannot be stored is left out, and a date is not looked at', () => {
    const event = { type: 'order', action: 'a\u0000b', date: '\ud800', id: 1 };
    expect(ofJson({ events: [event] })).toEqual({
      hints: [{ type: 'order', action: '', id: '1' }],
      unreadable: 0,
    });
  });

  test.each([
    ['', 'no_payload'],
    ['{"events":[]}', 'no_payload'],
    ['payload', 'not_json'],
    ['payload=', 'not_json'],
    ['payload=%7B', 'not_json'],
    ['payload=%FF%FE', 'not_json'],
    ['payload=null', 'no_events'],
    ['payload=[]', 'no_events'],
    ['payload={}', 'no_events'],
    ['payload={"events":{}}', 'no_events'],
    ['payload={"x":"test"}', 'no_events'],
  ])('%j is %s', (body, fault) => {
    expect(parse(body)).toBe(fault);
  });
});
