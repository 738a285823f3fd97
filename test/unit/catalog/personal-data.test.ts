import { isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/catalog/language/problem.ts';
import { isPersonal } from '../../../src/catalog/privacy/personal-data.ts';
import {
  compileYaml,
  goodStream,
  liveSchema,
  orderColumn,
  problemTexts,
  reference,
  rowsOf,
} from './compile-yaml.ts';

test('the personal fields of the bundled schema, all of them', () => {
  const personal = Object.values(reference.getTypeMap()).flatMap((type) => {
    if ((!isObjectType(type) && !isInterfaceType(type)) || type.name.startsWith('__')) return [];
    return Object.keys(type.getFields())
      .filter((field) => isPersonal({ type: type.name, field }, reference, reference))
      .map((field) => `${type.name}.${field}`);
  });
  expect(personal).toMatchInlineSnapshot(`
    [
      "Order.userIP",
      "Order.internalComment",
      "Order.otherComment",
      "DirectToConsumerOrder.userIP",
      "DirectToConsumerOrder.internalComment",
      "DirectToConsumerOrder.otherComment",
      "WholesaleOrder.userIP",
      "WholesaleOrder.internalComment",
      "WholesaleOrder.otherComment",
      "OrderLine.comment",
      "ProductOrderLine.comment",
      "BundleOrderLine.comment",
      "BundleItemOrderLine.comment",
      "GiftCertificateOrderLine.comment",
      "AppliedVoucher.paramsJSON",
      "AppliedVoucherDiscount.paramsJSON",
      "AppliedVoucherCredit.paramsJSON",
      "AppliedVoucherFreeShipping.paramsJSON",
      "AppliedVoucherFreeProduct.paramsJSON",
      "PaymentHistoryEntry.externalReference",
      "PaymentHistoryEntry.paramsJSON",
      "Shipment.trackingNumber",
      "Shipment.returnTrackingNumber",
      "Shipment.additionalMessage",
      "DirectToConsumerShipment.trackingNumber",
      "DirectToConsumerShipment.returnTrackingNumber",
      "DirectToConsumerShipment.additionalMessage",
      "WholesaleShipment.trackingNumber",
      "WholesaleShipment.returnTrackingNumber",
      "WholesaleShipment.additionalMessage",
      "CarrierInformation.accountIdentifier",
      "CarrierInformation.taxId",
      "Invoice.pdfUrl",
      "WholesaleInvoice.pdfUrl",
      "DirectToConsumerInvoice.pdfUrl",
      "Address.firstName",
      "Address.lastName",
      "Address.companyName",
      "Address.attention",
      "Address.address1",
      "Address.address2",
      "Address.city",
      "Address.zipCode",
      "Address.stateOrProvince",
      "Address.email",
      "Address.phoneNumber",
      "Address.cellPhoneNumber",
      "Address.faxNumber",
      "Address.vatNumber",
      "AddressBookEntry.name",
      "AddressBookEntry.companyName",
      "AddressBookEntry.email",
      "AddressBookEntry.websiteUrl",
      "AddressBookEntry.vatNumber",
      "AddressBookEntry.externalId",
      "Customer.email",
      "Customer.firstName",
      "Customer.lastName",
      "Customer.attributes",
      "Customer.gender",
      "Account.accountEmail",
      "Account.addressBook",
      "Account.billingEmail",
      "Account.internalComment",
      "Account.otherComment",
      "Account.shippingEmail",
      "Account.vatNumber",
      "Buyer.email",
      "Buyer.firstName",
      "Buyer.lastName",
      "Buyer.websiteUrl",
      "Buyer.externalId",
      "SalesRepresentative.email",
      "SalesRepresentative.name",
      "Return.comment",
      "DirectToConsumerReturn.comment",
      "WholesaleReturn.comment",
      "PurchaseOrder.internalComment",
      "PurchaseOrder.externalComment",
      "PurchaseOrderDelivery.message",
      "Supplier.comment",
      "StockChange.comment",
      "BrickAndMortar.email",
      "BrickAndMortar.phoneNumber",
    ]
  `);
});

test('fields that nobody has looked at are personal where they sound like it, and every one of a person is', () => {
  const live = liveSchema(
    [
      'type Customer implements ObjectWithAttributes {\n',
      'type Customer implements ObjectWithAttributes {\n  loyaltyTier: String\n',
    ],
    ['type Store {\n', 'type Store {\n  contactEmail: String\n  color: String\n  owner: StoreContact\n'],
    ['type Market {\n', 'type StoreContact {\n  id: Int!\n  nick: String\n}\n\ntype Market {\n'],
  );
  const personal = (type: string, field: string) => isPersonal({ type, field }, live, reference);
  expect(personal('Customer', 'loyaltyTier')).toBe(true);
  expect(personal('Customer', 'attributes')).toBe(true);
  expect(personal('Store', 'contactEmail')).toBe(true);
  expect(personal('Store', 'color')).toBe(false);
  expect(personal('StoreContact', 'nick')).toBe(true);
  expect(personal('StoreContact', 'id')).toBe(false);
});

describe('what one column masks leaves through no other', () => {
  const leaks: Readonly<Record<string, string>> = {
    'the same path': 'externalId',
    'the same path with other arguments': '{ path: externalId, type: string }',
    first: '{ first: [status, externalId] }',
    all: '{ all: [number, externalId] }',
    'a nested column': '{ each: lines, columns: { e: ^externalId } }',
  };
  for (const [name, column] of Object.entries(leaks)) {
    test(name, async () => {
      const compiled = await compileYaml(orderColumn(`{ path: externalId, pii: hash }\n      y: ${column}`));
      expect(compiled.problems.map(({ code }) => code)).toEqual(['pii/leak']);
      expect(compiled.streams).toEqual([]);
    });
  }

  test('an element of an attribute, through the raw attributes', async () => {
    const masked = '{ path: attributes[t].e, pii: hash }';
    const codes = async (other: string) =>
      (await compileYaml(orderColumn(`${masked}\n      y: ${other}`))).problems.map(({ code }) => code);
    expect(await codes('attributes[t][].e.value')).toEqual(['pii/leak']);
    expect(await codes('{ all: [attributes.elements.key] }')).toEqual(['pii/leak']);
    expect(await codes('"attributes[].elements[].key"')).toEqual(['pii/leak']);
    expect(await codes('attributes[t].other')).toEqual([]);
    expect(await codes('attributes[u].e')).toEqual([]);
    expect(await codes('"attributes[].type.name"')).toEqual([]);
  });

  test('the same field of a person by another way', async () => {
    const yaml = `version: 1
streams:
  r:
    from: returns
    key: [id]
    columns: { id: id, c: createdAt, a: { path: customer.id, pii: hash }, b: order.customer.id }`;
    expect((await compileYaml(yaml)).problems.map(({ code }) => code)).toEqual(['pii/leak']);
  });

  test('the cursor that is added', async () => {
    const yaml = orderColumn('{ path: updatedAt, pii: year }').replace('      updated_at: updatedAt\n', '');
    const compiled = await compileYaml(yaml);
    expect(problemTexts(compiled)).toMatchInlineSnapshot(`
      [
        "tenant_catalog (inline):3:3: error: o._centra_updated_at: The column shows updatedAt as it is, which "x" masks.
        Mask it here too, remove it, or say \`pii: allow\` where that is on purpose.",
      ]
    `);
  });

  test('on purpose, it may', async () => {
    const yaml = orderColumn('{ path: externalId, pii: hash }\n      y: { path: externalId, pii: allow }');
    expect(problemTexts(await compileYaml(yaml))).toEqual([]);
  });
});

describe('with every masked column, no clear value is in a row, a change or a problem', () => {
  const secrets = {
    email: 'jon.snow@example.com',
    name: 'Jon Snow of Winterfell',
    ip: '192.0.2.77',
    comment: 'please leave it with Ygritte',
    birth: '1990-05-03T07:08:09+01:00',
    params: '{"card":"4111111111111111"}',
  };
  const answer = {
    id: 'a',
    updatedAt: secrets.email,
    userIP: secrets.ip,
    internalComment: secrets.comment,
    otherComment: secrets.comment,
    customer: { id: 4, email: secrets.email, firstName: secrets.name, lastName: secrets.birth },
    shippingAddress: { email: secrets.email, lastName: secrets.name, country: { code: 'SE' } },
    paymentHistory: [{ paramsJSON: secrets.params, externalReference: secrets.name }],
    lines: [{ id: 1, comment: secrets.comment, productName: secrets.name }],
    attributes_birth: [{ elements: [{ key: 'day', value: secrets.birth }] }],
  };
  /** The steps after `pii`, where what it leaves is a text. */
  const afterwards = (pii: string, steps: string) => (pii === 'year' ? '' : `, ${steps}`);
  const columns = (pii: string, onError: string) => {
    const masked = `pii: ${pii}, on_error: ${onError}`;
    return `number
      a: { path: customer.email, ${masked} }
      b: { path: customer.firstName, ${masked}${afterwards(pii, 'upper: true, split: " ", join: "-"')} }
      c: { path: userIP, ${masked} }
      d: { path: "paymentHistory[].paramsJSON", ${masked}${afterwards(pii, 'join: ","')} }
      e: { first: [internalComment, otherComment], ${masked} }
      f: { each: lines, columns: { c: { path: comment, ${masked} }, o: { path: ^shippingAddress.email, pii: drop } } }
      g: { path: attributes[birth].day, ${masked}, type: string }
      h: { path: shippingAddress.lastName, ${masked}${afterwards(pii, 'default: none')} }`;
  };

  /** All that comes of the row, an error among it, as one text. */
  async function shownOf(pii: string, onError: string): Promise<string> {
    const stream = await goodStream(orderColumn(columns(pii, onError)));
    try {
      return JSON.stringify(rowsOf(stream, answer));
    } catch (error) {
      return error instanceof Error ? JSON.stringify([error, error.message, error.stack]) : String(error);
    }
  }

  const choices = ['hash', 'mask', 'year', 'month', 'drop'].flatMap((pii) =>
    ['null', 'quarantine', 'fail'].map((onError) => [pii, onError] as const),
  );
  test.each(choices)('%s, on_error: %s', async (pii, onError) => {
    const shown = await shownOf(pii, onError);
    for (const secret of Object.values(secrets)) {
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
    expect(shown).not.toMatch(/Snow|snow@|Ygritte|4111|192\.0|07:08:09/i);
  });

  test('problems speak of the catalog only', async () => {
    const compiled = await compileYaml(orderColumn('customer.email'), {
      piiKey: 'a secret that must not be shown anywhere!',
    });
    const texts = compiled.problems.map(formatProblem).join();
    expect(texts).toContain('Customer.email is personal data');
    expect(texts).not.toContain('a secret');
  });
});
