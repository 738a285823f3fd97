import type { WaitingEvent } from '../../shop/events-glance.ts';
import type { OrderFacts } from '../../shop/order-facts.ts';
import { parseCentraTime } from '../../time.ts';
import type { CostFinding, EventFindings, Fact, FactVerdict, OrderCounts, Probed } from './diagnosis.ts';

/** What the probes brought of how the API behaves. */
export interface Observed {
  readonly orders: Probed<OrderCounts>;
  readonly facts: Probed<readonly OrderFacts[]>;
  /** How many orders came for the moment at which one was changed; undefined: not counted. */
  readonly changedAtOnce: Probed<number | undefined>;
  readonly costs: readonly CostFinding[];
  readonly event: Probed<WaitingEvent | undefined>;
  /** How many orders have the number that the event names; undefined: not counted. */
  readonly ordersOfEvent: number | undefined;
  /** The statuses of deliveries that the schema knows; undefined: it was not to be had. */
  readonly deliveryStatuses: readonly string[] | undefined;
}

/** What no public source says of the API's behaviour, by the names that docs/facts.md lists. */
export const behaviours = Object.freeze({
  'orders-all-come':
    'Lists and counters of orders hold archived ones, those on hold and those that wait for payment.',
  'filter-ends-included': 'A range of time includes both of its ends.',
  'times-whole-seconds': 'Times have whole seconds and an offset.',
  'cancelled-line-is-zero': 'A line that is fully cancelled has the quantity 0.',
  'quantity-without-cancelled': 'What was ordered is the sum of quantity and cancelled quantity.',
  'rate-of-the-order': "An order's rate to the base currency is that of its amounts.",
  'rate-direction': 'An amount times the rate is the amount in the base currency.',
  'cost-formula': 'A query costs what the public formula says, fragments and dear fields as we read it.',
  'delivery-final-status': 'A delivery is final with the status INSERTED.',
  'event-reference': 'An event names an order by its number, as a number.',
  'unit-cost-is-current': "A variant's unit cost is that of today.",
  'store-restriction-is-silent': 'A token that is restricted to stores gets fewer rows, and no error.',
} as const);

export type Behaviour = keyof typeof behaviours;

/** Each behaviour with what this shop shows of it. */
export function behaviourFacts(observed: Observed): readonly Fact[] {
  const { orders, facts, changedAtOnce } = observed;
  return [
    fact('orders-all-come', probed(orders, hiddenOrders)),
    fact('filter-ends-included', probed(changedAtOnce, endsIncluded)),
    fact('times-whole-seconds', probed(facts, wholeSeconds)),
    fact('cancelled-line-is-zero', probed(facts, cancelledLines)),
    fact('quantity-without-cancelled', probed(facts, quantities)),
    fact('rate-of-the-order', probed(facts, rates)),
    fact('rate-direction', ['unknown', 'no field shows one amount in both currencies']),
    fact('cost-formula', costs(observed.costs)),
    fact('delivery-final-status', deliveryStatuses(observed.deliveryStatuses)),
    fact(
      'event-reference',
      probed(observed.event, (event) => eventReference(event, observed.ordersOfEvent)),
    ),
    fact('unit-cost-is-current', ['unknown', 'one look does not show what a cost was before']),
    fact('store-restriction-is-silent', ['unknown', 'a token does not say what it is restricted to']),
  ];
}

type Finding = readonly [verdict: FactVerdict, how: string];

function fact(name: Behaviour, [verdict, how]: Finding): Fact {
  return { fact: name, verdict, how };
}

function probed<T>({ found, failure }: Probed<T>, judge: (found: T) => Finding): Finding {
  return failure === undefined ? judge(found) : ['unknown', `it could not be asked: ${clause(failure)}`];
}

function clause(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** Those that a list leaves out come when a filter names them: then the parts are more than the whole. */
function hiddenOrders({ all, by_status, by_hold, by_waiting_for_payment }: OrderCounts): Finding {
  const parts = [
    ['status', by_status],
    ['hold', by_hold],
    ['waiting for payment', by_waiting_for_payment],
  ] as const;
  const counted = parts.filter(([, count]) => count !== null);
  const more = counted.filter(([, count]) => count !== null && count > all);
  if (more.length > 0)
    return [
      'refuted',
      `${all} orders are counted, and ${more.map(([name, count]) => `${count} by ${name}`).join(', ')}`,
    ];
  if (counted.length < parts.length) return ['unknown', 'the counts cannot be taken apart by all three'];
  return ['confirmed', `${all} orders are counted, and no more by status, by hold or by waiting for payment`];
}

function endsIncluded(count: number | undefined): Finding {
  if (count === undefined) return ['unknown', 'there is no order, or no count of orders'];
  if (count === 0) return ['refuted', 'a range that begins and ends where an order was changed holds none'];
  return ['confirmed', 'a range that begins and ends where an order was changed holds it'];
}

function wholeSeconds(facts: readonly OrderFacts[]): Finding {
  const times = facts.flatMap(({ createdAt, updatedAt }) => [createdAt, updatedAt]);
  if (times.length === 0) return ['unknown', 'there is no order'];
  const isOdd = (time: unknown) =>
    parseCentraTime(time) === undefined || !/T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)$/.test(String(time));
  const odd = times.filter(isOdd).length;
  return odd === 0
    ? ['confirmed', `${times.length} times of ${facts.length} orders are written so`]
    : ['refuted', `${odd} of ${times.length} times are written otherwise`];
}

function cancelledLines(facts: readonly OrderFacts[]): Finding {
  const cancelled = facts.flatMap(({ lines }) => lines).filter((line) => line.cancelledQuantity > 0);
  const whole = cancelled.filter(({ quantity }) => quantity === 0);
  if (whole.length > 0)
    return ['confirmed', `${whole.length} lines have only cancelled units, and the quantity 0`];
  return ['unknown', `of ${facts.length} orders, none shows a line that is fully cancelled`];
}

function quantities(facts: readonly OrderFacts[]): Finding {
  const comparable = facts.filter(
    ({ originalQuantity, lines }) =>
      typeof originalQuantity === 'number' &&
      lines.some(({ cancelledQuantity }) => cancelledQuantity > 0) &&
      lines.every(({ isOfBundle }) => !isOfBundle),
  );
  if (comparable.length === 0)
    return [
      'unknown',
      `of ${facts.length} orders, none without a bundle shows a cancelled unit and what was ordered`,
    ];
  const equal = comparable.filter(
    ({ originalQuantity, lines }) =>
      originalQuantity === lines.reduce((sum, line) => sum + line.quantity + line.cancelledQuantity, 0),
  );
  return [
    equal.length === comparable.length ? 'confirmed' : 'refuted',
    `it holds for ${equal.length} of ${comparable.length} orders with cancelled units and no bundle`,
  ];
}

function rates(facts: readonly OrderFacts[]): Finding {
  const comparable = facts.filter(
    ({ currencyBaseRate, conversionRate }) =>
      typeof currencyBaseRate === 'number' && typeof conversionRate === 'number',
  );
  if (comparable.length === 0) return ['unknown', 'there is no order that shows both rates'];
  const equal = comparable.filter(
    ({ currencyBaseRate, conversionRate }) => currencyBaseRate === conversionRate,
  );
  return [
    equal.length === comparable.length ? 'confirmed' : 'refuted',
    `both rates are equal in ${equal.length} of ${comparable.length} orders`,
  ];
}

function costs(findings: readonly CostFinding[]): Finding {
  if (findings.length === 0) return ['unknown', 'the API does not say what a query costs'];
  const equal = findings.filter(({ computed, told }) => computed === told);
  return [
    equal.length === findings.length ? 'confirmed' : 'refuted',
    `${equal.length} of ${findings.length} queries cost what was computed`,
  ];
}

function deliveryStatuses(statuses: readonly string[] | undefined): Finding {
  if (statuses === undefined) return ['unknown', 'the schema does not list the statuses of deliveries'];
  const list = statuses.join(', ');
  return statuses.includes('INSERTED')
    ? ['confirmed', `the schema has the status; all of them: ${list}`]
    : ['refuted', `the schema has only ${list}`];
}

function eventReference(event: WaitingEvent | undefined, orders: number | undefined): Finding {
  if (event === undefined) return ['unknown', 'no event waits'];
  if (event.referenceForm !== 'number') return ['refuted', `it came as a ${event.referenceForm}`];
  if (event.objectType !== 'Order')
    return ['unknown', `it is a number; the event that waits is of ${event.objectType}`];
  if (event.changeType === 'DELETED' || orders === undefined)
    return ['unknown', 'it is a number; whether of an order that is there was not to be counted'];
  return orders === 1
    ? ['confirmed', 'it is a number, and one order has it']
    : ['refuted', `it is a number, and ${orders} orders have it`];
}

/** What is known of the events system: where it is off, nothing errs and nothing is queued. */
export function eventsConclusion({
  listeners,
  waiting,
}: Pick<EventFindings, 'listeners' | 'waiting'>): string {
  if (waiting.failure !== undefined) return 'Whether events are on could not be asked.';
  if (waiting.found !== null) return 'Events are on: one waits.';
  if (listeners.found !== undefined && listeners.found.length > 0)
    return 'It is listened to, and no event waits: they are confirmed, nothing changed, or Centra has not switched events on.';
  return 'Nothing is listened to, so no event can wait: whether Centra has switched events on is not known.';
}
