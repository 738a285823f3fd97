import type { TestShop } from './sandbox-control.ts';

/** An object of an answer, whose shape the test's own query gives. */
// biome-ignore lint/suspicious/noExplicitAny: answers are as free as the queries of the tests.
export type Answered = Readonly<Record<string, any>>;

/** Asks the sandbox itself, past the connector. */
export async function ask(
  shop: TestShop,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Answered> {
  const response = await fetch(shop.endpoint, {
    method: 'POST',
    headers: { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: Answered; errors?: readonly unknown[] };
  if (body.data === undefined || body.errors !== undefined)
    throw new Error(`The sandbox refused the query: ${JSON.stringify(body.errors)}`);
  return body.data;
}

const PAGE_SIZE = 200;

/** Every object of a root list. `where` is in GraphQL: `{ storeType: WHOLESALE }`. */
export async function everyObject(
  shop: TestShop,
  root: string,
  selection: string,
  where = '{}',
): Promise<readonly Answered[]> {
  const objects: Answered[] = [];
  for (let page = 1; ; page += 1) {
    const query = `{ ${root}(where: ${where}, sort: [id_ASC], limit: ${PAGE_SIZE}, page: ${page}) { ${selection} } }`;
    const found = (await ask(shop, query))[root] as readonly Answered[];
    objects.push(...found);
    if (found.length < PAGE_SIZE) return objects;
  }
}
