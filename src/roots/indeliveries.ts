import type { RootDefinition } from './definition.ts';

/** Deliveries from suppliers to a warehouse; final once they are accepted into its stock. */
export const indeliveries = Object.freeze<RootDefinition>({
  root: 'purchaseOrderDeliveries',
  connection: 'purchaseOrderDeliveryConnection',
  label: 'deliveries',
  id: 'id',
  eventObject: 'PurchaseOrderDelivery',
  statusFilter: 'status',
  pageKey: { field: 'id', sort: 'id_ASC', descending: 'id_DESC' },
  change: {
    kind: 'created',
    field: 'createdAt',
    filter: 'createdAt',
    statusFields: ['status'],
    finalStatuses: ['INSERTED'],
  },
});
