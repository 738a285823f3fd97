import type { RootDefinition } from './definition.ts';

/** Deliveries from suppliers to a warehouse; final once they are accepted into its stock. */
export const indeliveries = Object.freeze<RootDefinition>({
  root: 'purchaseOrderDeliveries',
  connection: 'purchaseOrderDeliveryConnection',
  label: 'deliveries',
  id: 'id',
  eventObject: 'PurchaseOrderDelivery',
  pageKey: { field: 'id', sort: 'id_ASC' },
  change: {
    kind: 'created',
    field: 'createdAt',
    filter: 'createdAt',
    statusFields: ['status'],
    finalStatuses: ['INSERTED'],
  },
});
