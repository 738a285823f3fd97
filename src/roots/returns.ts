import type { RootDefinition } from './definition.ts';

export const returns = Object.freeze<RootDefinition>({
  root: 'returns',
  connection: 'returnConnection',
  label: 'returns',
  id: 'id',
  eventObject: 'Return',
  webhookType: 'return',
  pageKey: { field: 'id', sort: 'id_ASC' },
  change: {
    kind: 'created',
    field: 'createdAt',
    filter: 'createdAt',
    statusFields: ['returnStatus', 'status'],
    finalStatuses: ['COMPLETED'],
  },
});
