import { expect } from 'vitest';
import type { TestShop } from '../command/sandbox-control.ts';
import { everyObject } from '../command/shop-answers.ts';

const address = `firstName lastName companyName attention address1 address2 city zipCode stateOrProvince email
  phoneNumber cellPhoneNumber faxNumber vatNumber`;

const ofOrders = `internalComment otherComment shippingAddress { ${address} } billingAddress { ${address} }
  lines(includeFullyCancelled: true) { comment } paymentHistory { externalReference paramsJSON }
  attributes(where: { typeName: { equals: "or_gift" } }) { elements { ... on AttributeStringElement { value } } }
  ... on DirectToConsumerOrder { userIP customer { email firstName lastName } }
  ... on WholesaleOrder { buyer { email firstName lastName } }`;

export interface ClearValues {
  readonly searched: readonly string[];
  readonly tooShort: number;
  readonly numeric: number;
}

/** All that the shop says of people, asked for by hand and not by the connector. */
export async function clearValuesOf(shop: TestShop): Promise<ClearValues> {
  const told = [
    await everyObject(shop, 'orders', ofOrders),
    await everyObject(
      shop,
      'returns',
      `comment refundPaymentHistory { externalReference paramsJSON } shipment { shippingAddress { ${address} } }
       ... on DirectToConsumerReturn { customer { email firstName lastName } }`,
    ),
    await everyObject(shop, 'purchaseOrderDeliveries', 'message'),
    await everyObject(shop, 'purchaseOrders', 'externalComment'),
  ];
  const values = new Set(told.flatMap((objects) => objects.flatMap(textsIn)).map((text) => text.trim()));
  const long = [...values].filter((text) => [...text].length >= 5);
  const searched = long.filter((text) => !/^\d+$/.test(text));
  return { searched, tooShort: values.size - long.length, numeric: long.length - searched.length };
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** The ways in which a text can stand in output: as it is, inside of JSON, and as a hash normalizes it. */
function formsOf(text: string): readonly string[] {
  const inJson = JSON.stringify(text).slice(1, -1);
  const ascii = inJson.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const forms = [text, inJson, ascii, encodeURIComponent(text), Buffer.from(text).toString('base64')];
  return [...new Set(forms.flatMap((form) => [form, form.toLowerCase()]))];
}

/** What the output says in its own words: a state, and the name of the API. */
const ownWords: ReadonlySet<string> = new Set(['state', 'centra']);

/** Codes of 64 digits, nulls and the names of the columns are most of the output, and hold nobody: without them it is searched quickly. */
const nobody = /[0-9a-f]{64}|"c\d+_\w+":(?:null,?)?/g;

export function expectNobody(
  outcome: { readonly stdout: string; readonly stderr: string },
  { searched }: ClearValues,
): void {
  const written = `${outcome.stdout}\n${outcome.stderr}`.replaceAll(nobody, '\n');
  const found = searched.filter((text) =>
    formsOf(text).some((form) => !ownWords.has(form) && written.includes(form)),
  );
  expect(found).toEqual([]);
}
