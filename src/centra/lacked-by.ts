interface Saying {
  readonly text: RegExp;
  /** From the groups of the text, in their order. */
  readonly coordinate: (groups: readonly string[]) => string;
}

/** How graphql-php and graphql-js say it. Names alone are taken, whatever values a text shows beside them. */
const sayings: readonly Saying[] = Object.freeze([
  {
    text: /Cannot query field "(\w+)" on type "(\w+)"/,
    coordinate: ([field, type]) => `${type}.${field}`,
  },
  {
    text: /Unknown argument "(\w+)" on field "(\w+\.\w+)"/,
    coordinate: ([name, field]) => `${field}(${name}:)`,
  },
  {
    text: /Unknown argument "(\w+)" on field "(\w+)" of type "(\w+)"/,
    coordinate: ([name, field, type]) => `${type}.${field}(${name}:)`,
  },
  {
    text: /Field "(\w+)" is not defined by type "?(\w+)"?/,
    coordinate: ([field, type]) => `${type}.${field}`,
  },
  {
    text: /Value "(\w+)" does not exist in "(\w+)" enum/,
    coordinate: ([value, type]) => `${type}.${value}`,
  },
  { text: /Unknown type "(\w+)"/, coordinate: ([type]) => `${type}` },
]);

/** What an API does not have, by what it says of a query: a schema coordinate such as `Order.market` or `Order.lines(limit:)`. */
export function lackedBy(text: string): string | undefined {
  for (const { text: saying, coordinate } of sayings) {
    const found = saying.exec(text);
    if (found !== null) return coordinate(found.slice(1));
  }
  return undefined;
}
