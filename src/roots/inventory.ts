import type { RootDefinition } from './definition.ts';

export const inventory = Object.freeze<RootDefinition>({
  root: 'warehouses',
  label: 'stock positions',
  id: 'id',
  pageKey: { field: 'id', sort: 'id_ASC' },
  change: {
    kind: 'snapshot',
    nestedList: 'stock',
    nestedIdentity: 'productSize.id',
    nestedSort: 'productSizeId_ASC',
  },
});
