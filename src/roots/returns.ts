import type { RootDefinition } from './definition.ts';

export const returns = Object.freeze<RootDefinition>({
  root: 'returns',
  connection: 'returnConnection',
  label: 'returns',
  id: 'id',
  eventObject: 'Return',
  webhookType: 'return',
  statusFilter: 'returnStatus',
  pageKey: { field: 'id', sort: 'id_ASC', descending: 'id_DESC' },
  change: {
    kind: 'created',
    field: 'createdAt',
    filter: 'createdAt',
    // `status` is the general one (ACTIVE, INACTIVE) and says nothing about the return.
    statusFields: ['returnStatus'],
    finalStatuses: ['COMPLETED'],
  },
});
