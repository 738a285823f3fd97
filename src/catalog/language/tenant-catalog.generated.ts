// Generated from schemas/catalog.schema.json by `npm run generate`. Do not edit.

/**
 * How one Centra shop is mapped to tables: streams (tables) and their columns. Add `# yaml-language-server: $schema=…/schemas/catalog.schema.json` as the first line of a catalog, and an editor completes it.
 */
export interface TenantCatalog {
  /**
   * The version of this language. Always 1.
   */
  version: 1;
  /**
   * A name for people: whose catalog this is. It changes nothing.
   */
  tenant?: string;
  /**
   * Starts from another catalog: a bundled name (`default`), or a path relative to this file (`./base.yaml`). What is written here is laid over it: a stream or a column of the same name is replaced, `null` removes it. A stream is merged keyword by keyword, a column is replaced whole. `tests` are not inherited.
   */
  extends?: string;
  /**
   * The tables, by name. `null` removes an inherited one.
   */
  streams?: {
    [k: string]: CatalogStream | null;
  };
}
/**
 * One table.
 */
export interface CatalogStream {
  /**
   * The root list of Centra's schema that the rows are under: `orders`, `returns`, `purchaseOrderDeliveries`, `purchaseOrders`, `products`, `warehouses`, … Several streams may share one; it is fetched once where their filters agree.
   */
  from?: string;
  /**
   * One record for each element of a nested list instead of one for each root object. Dots go deeper: with `variants.productSizes`, a column path starts at the size, `^` is the variant, `^^` the product.
   */
  each?: string;
  /**
   * Centra's own filter, in the fields of the root's filter input (OrderFilter, ReturnFilter, …). It is combined with the windows of the sync.
   */
  where?: {
    [k: string]: unknown;
  };
  /**
   * The columns that together name a row. None of them may be empty: a row where one is null is held back and counted. Where the elements of a list have no id, `$position` names them; the rows of places that have gone are deleted when an object comes back with fewer elements.
   *
   * @minItems 1
   */
  key?: [string, ...string[]] | string;
  /**
   * What a row is, for people and for the documentation of the destination.
   */
  description?: string;
  columns?: CatalogColumns;
  /**
   * Examples that `source-centra catalog test` runs: an object as the API gives it, and the row (or rows) that must come of it.
   */
  tests?: CatalogTest[];
}
/**
 * The columns, by name, in the order of the table: a path, an object with one source and any steps, or `null` to remove an inherited column. In a column's own `each`, paths start at the element, and `^` is the row.
 */
export interface CatalogColumns {
  [k: string]: string | CatalogColumn | null;
}
/**
 * One source (`path`, `first`, `const`, `each` with `columns`, or `all`), then steps. Whatever the order in which they are written, they run in this one: source, pii, trim, lower or upper, split, map (with else), join, type, default.
 */
export interface CatalogColumn {
  /**
   * Source. Dots go down, `(…)` gives arguments, `^` starts at the parent (`^^` at its parent), `[0]` takes one element of a list, `[]` all of them (lists within lists become one flat list), `attributes[type].element` a custom attribute. An attribute's value is its text, or the name of its choice, or its URL; `attributes[type].image.width` names another field of the element. Where several attributes of a type are assigned, the first that has a value counts; `attributes[type][].element` is the list of all. `$position` is the place of an element in its list, from 1, in a stream or a column with `each` (`^$position` that of its parent): it names an element that has no id. `__typename` is the kind of an object. A path needs no quotes for source-centra; around parentheses and brackets, other programs that read YAML want them.
   */
  path?: string;
  /**
   * Source. The first of these paths whose value is neither null nor empty.
   *
   * @minItems 1
   */
  first?: [string, ...string[]];
  /**
   * Source. The same value in every row.
   */
  const?: string | number | boolean;
  /**
   * Source, with `columns`. A nested array: one object for each element of the list.
   */
  each?: string;
  columns?: CatalogColumns;
  /**
   * Source. The object as Centra gives it, as far as these paths select it. With `path`, the object at that path: `{ path: shippingAddress.country, all: [code, name] }`. Lists need no `[]` here.
   *
   * @minItems 1
   */
  all?: [string, ...string[]];
  /**
   * What happens to personal data, before any other step. `allow`: passes as it is, on purpose. `hash`: HMAC-SHA-256 with `pii_key` over the trimmed, lower-cased text, in hex, the same in all streams; an empty text is null. `mask`: the first and the last character around `***` (only `***` where the text has fewer than five). `year` (a whole number) and `month` (`2024-05`): of a date, in UTC. `drop`: the column is left out, and the catalog says so.
   */
  pii?: 'allow' | 'hash' | 'mask' | 'year' | 'month' | 'drop';
  /**
   * Step on a text: without spaces at both ends.
   */
  trim?: boolean;
  /**
   * Step on a text: in lower case.
   */
  lower?: boolean;
  /**
   * Step on a text: in upper case.
   */
  upper?: boolean;
  /**
   * Step on a text: a list of the parts between this separator, without spaces around them and without empty ones.
   */
  split?: string;
  /**
   * Step: other values for these values. Like CASE in SQL, `else` is for whatever is not listed, null too. Without `else`, null stays null, and a value that is not listed is an error for `on_error`.
   */
  map?: {
    [k: string]: string | number | boolean | null;
  };
  /**
   * Belongs to `map`.
   */
  else?: string | number | boolean | null;
  /**
   * Step on a list: one text, with this separator. Null elements are left out.
   */
  join?: string;
  /**
   * Step: converts. `decimal(12,2)` is exact text with two digits after the point and no rounding: a value that has more is an error for `on_error`. `timestamp` is UTC. `json` is an object or an array, read from a text if need be. On a list, each element is converted.
   */
  type?: string;
  /**
   * Step: the value where it is null at the end.
   */
  default?: string | number | boolean | unknown[];
  /**
   * What happens where a value will not convert: `null` (the default) makes it null and notes the change, `fail` stops the read, `quarantine` holds the row back and reports it. For a column of the key, null means quarantine.
   */
  on_error?: null | 'null' | 'fail' | 'quarantine';
  /**
   * What the column holds. Without it, the words of Centra's schema.
   */
  description?: string;
}
export interface CatalogTest {
  /**
   * What it shows.
   */
  name?: string;
  /**
   * An object of the root list, in Centra's field names, as far as the columns need it: what is not there is null, and a list is empty. A field with arguments is written as in the mapping (`grandTotal(includingTax: false)`) or under its alias; a list also by its bare name. Attributes are written as the API gives them, or short: `attributes: { or_channel: { channel: web } }`. `__typename` says of which kind an order or a return is. Or, from an answer that was recorded: `{ file: ./answers.json, at: data.orders[0] }`, with a path relative to this catalog.
   */
  given: {
    [k: string]: unknown;
  };
  /**
   * The row that comes of it, or the list of rows. Columns that are not named are not compared, nor are names inside of objects. `pii: hash` uses the configured key, or without a configuration a fixed one that everybody knows; a snapshot begins at 2000-01-01T00:00:00Z.
   */
  expect?:
    | {
        [k: string]: unknown;
      }
    | {
        [k: string]: unknown;
      }[];
  /**
   * A part of the sentence with which the mapping refuses it: fails the read (`on_error: fail`), or holds a row back (`on_error: quarantine`). Beside `expect`, which then has the rows that are passed on.
   */
  expect_error?: string;
}
