import type { RootDefinition } from './definition.ts';

export const orders = Object.freeze<RootDefinition>({
  root: 'orders',
  connection: 'orderConnection',
  label: 'orders',
  id: 'id',
  eventObject: 'Order',
  webhookType: 'order',
  statusFilter: 'status',
  mayHideBy: ['status', 'isOnHold', 'isWaitingForPayment'],
  pageKey: { field: 'number', sort: 'number_ASC' },
  change: { kind: 'updated', field: 'updatedAt', filter: 'updatedAt' },
});
