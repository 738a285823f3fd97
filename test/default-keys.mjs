/** The columns of the key of each stream of the default catalog. */
export const DEFAULT_KEYS = Object.freeze({
  orders: ['id'],
  order_lines: ['order_id', 'order_line_id'],
  returns: ['id'],
  return_lines: ['return_id', 'return_line_id'],
  indeliveries: ['id'],
  indelivery_lines: ['indelivery_id', 'line_number'],
  inventory: ['warehouse_id', 'product_size_id'],
});
