import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import type { FieldUse } from '../path/field-step.ts';

/** Types that describe a person: every field is personal but these. */
const persons: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Address', new Set(['country', 'state'])],
  ['AddressBookEntry', new Set(['id', 'address', 'carrierInformation'])],
  ['AdminUser', new Set(['id'])],
  [
    'Customer',
    new Set([
      'id',
      'status',
      'createdAt',
      'updatedAt',
      'totalOrders',
      'lastOrder',
      'store',
      'billingAddress',
    ]),
  ],
  ['Buyer', new Set(['id', 'status', 'receiveAutoEmails', 'account', 'store', 'billingAddress'])],
  ['SalesRepresentative', new Set(['id', 'status', 'commissionPercent'])],
]);

/** Personal fields of types that are about something else. What an interface has, its kinds have. */
const personalFields: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Order', new Set(['userIP', 'internalComment', 'otherComment'])],
  ['DirectToConsumerOrder', new Set(['userIP'])],
  ['OrderLine', new Set(['comment'])],
  ['Return', new Set(['comment'])],
  ['PaymentHistoryEntry', new Set(['paramsJSON', 'externalReference'])],
  ['AppliedVoucher', new Set(['paramsJSON'])],
  // These lead to the person at the carrier; the PDF shows the address.
  ['Shipment', new Set(['additionalMessage', 'trackingNumber', 'returnTrackingNumber'])],
  ['Invoice', new Set(['pdfUrl'])],
  [
    'Account',
    new Set([
      'accountEmail',
      'billingEmail',
      'shippingEmail',
      'addressBook',
      'internalComment',
      'otherComment',
      'vatNumber',
    ]),
  ],
  ['CarrierInformation', new Set(['accountIdentifier', 'taxId'])],
  ['PurchaseOrder', new Set(['internalComment', 'externalComment'])],
  ['PurchaseOrderDelivery', new Set(['message'])],
  ['Supplier', new Set(['comment'])],
  ['StockChange', new Set(['comment'])],
  ['BrickAndMortar', new Set(['email', 'phoneNumber'])],
]);

/** A newer API has types and fields that nobody has looked at yet; of those, names that sound like a person are one. */
const personTypeNames = /(Address|Customer|Buyer|Purchaser|Person|Contact|Subscriber|Recipient|AdminUser)$/;
const personFieldNames =
  /mail|phone|fax|firstName|lastName|fullName|^ip$|userIp|ipAddress|comment|message|note|birth|gender|vatNumber|identity|socialSecurity|password|paramsJSON|^address|attention/i;
const safeFieldsOfUnknownPersons: ReadonlySet<string> = new Set(['id', 'country', 'state', '__typename']);

/** Whether a field holds what belongs to a person, as far as its name and the schemas tell. In doubt, it does. */
export function isPersonal(
  { type, field }: Pick<FieldUse, 'type' | 'field'>,
  schema: GraphQLSchema,
  reference: GraphQLSchema,
): boolean {
  if (field === '__typename') return false;
  const names = [type, ...interfacesOf(type, schema), ...interfacesOf(type, reference)];
  for (const name of names) {
    const safe = persons.get(name);
    if (safe !== undefined) return !safe.has(field);
    if (personalFields.get(name)?.has(field) === true) return true;
  }
  if (names.some((name) => hasField(reference, name, field))) return false;
  if (reference.getType(type) === undefined && personTypeNames.test(type))
    return !safeFieldsOfUnknownPersons.has(field);
  return personFieldNames.test(field);
}

/** Whether every field of this type speaks of the same person, wherever the object hangs. */
export function isPersonType(type: string): boolean {
  return persons.has(type) || personTypeNames.test(type);
}

function interfacesOf(name: string, schema: GraphQLSchema): readonly string[] {
  const type = schema.getType(name);
  return isObjectType(type) || isInterfaceType(type) ? type.getInterfaces().map((parent) => parent.name) : [];
}

function hasField(schema: GraphQLSchema, typeName: string, field: string): boolean {
  const type = schema.getType(typeName);
  return (isObjectType(type) || isInterfaceType(type)) && Object.hasOwn(type.getFields(), field);
}
