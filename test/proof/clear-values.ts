import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  return [...new Set(forms.flatMap((form) => [form, form.toLowerCase()]))].filter(
    (form) => !ownWords.has(form),
  );
}

/** What the output says in its own words: a state, and the name of the API. */
const ownWords: ReadonlySet<string> = new Set(['state', 'centra']);

/**
 * Codes of 64 digits, nulls and the names of the columns are most of the output, and hold nobody: without them it is searched
 * quickly. Nor do the names of variables, which one awkward person has a part of for a name.
 */
const nobody = /[0-9a-f]{64}|"c\d+_\w+":(?:null,?)?|\b(?:TAP_)?CENTRA_/g;

/** What of these stands in a text, in any form. */
export function foundIn(text: string, wanted: readonly string[]): readonly string[] {
  const found = searchFor(wanted)(Buffer.from(text.replaceAll(nobody, '\n')));
  return wanted.filter((one) => found.has(one));
}

/** The same for all files of a folder. */
export function foundInFiles(folder: string, wanted: readonly string[]): readonly string[] {
  const search = searchFor(wanted);
  const found = new Set(filesIn(folder).flatMap((file) => [...search(readFileSync(file))]));
  return wanted.filter((one) => found.has(one));
}

/** Thousands of texts at once: the bytes are gone through once, with an eye on how the texts begin. */
function searchFor(wanted: readonly string[]): (bytes: Buffer) => ReadonlySet<string> {
  const byHead = new Map<number, { readonly text: string; readonly form: Buffer }[]>();
  /** Which pairs of bytes begin one of them: a look at this is all that most places take. */
  const begins = new Uint8Array(65_536);
  for (const text of wanted) {
    for (const form of formsOf(text).map((one) => Buffer.from(one))) {
      const head = form.readUInt32LE(0);
      byHead.set(head, [...(byHead.get(head) ?? []), { text, form }]);
      begins[form.readUInt16LE(0)] = 1;
    }
  }
  return (bytes) => {
    const found = new Set<string>();
    for (let at = 0; at + 4 <= bytes.length; at += 1) {
      if (begins[(bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)] === 0) continue;
      for (const { text, form } of byHead.get(bytes.readUInt32LE(at)) ?? []) {
        if (bytes.subarray(at, at + form.length).equals(form)) found.add(text);
      }
    }
    return found;
  };
}

/** Every file of a folder and of those in it; sockets are none. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
