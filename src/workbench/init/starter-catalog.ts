import { dirname, join, relative, resolve } from 'node:path';
import { compileCatalog } from '../../catalog/compile/compile.ts';
import { loadCatalog } from '../../catalog/language/load.ts';
import { formatProblem } from '../../catalog/language/problem.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { ConnectorError } from '../../errors.ts';
import { packageRoot } from '../../package-root.ts';
import { findAttributes } from '../../shop/attributes/attribute-types.ts';
import type { OpenCatalog } from '../open-catalog.ts';
import { TEST_PII_KEY } from '../test-pii-key.ts';
import { type Draft, type DraftedColumn, type DraftInput, draftCatalog } from './draft.ts';
import { type DraftText, draftYaml } from './draft-yaml.ts';

export interface Starter {
  readonly yaml: string;
  /** What is in it, and what it took: a sentence or two. */
  readonly summary: string;
}

/** A page of each end of a list: enough to see what is in use, and what was. */
const SAMPLE_ROWS = 200;

/** Drafts a catalog that extends the default one with a column for every custom attribute of the shop; `out` is where it will be. */
export async function starterCatalog(
  { client, configuration, schemas, compiled }: OpenCatalog,
  { out, tenant }: { readonly out: string | undefined; readonly tenant: string | undefined },
  { log, signal }: Pick<CommandContext, 'log' | 'signal'>,
): Promise<Starter> {
  if (client === undefined || configuration === undefined) throw new RangeError('The API is known.');
  const { schema, reference } = schemas;
  const { facts, gaps } = await findAttributes({ client, schema, reference, signal, rows: SAMPLE_ROWS });
  for (const gap of gaps) log('warn', gap);
  const text: DraftText = {
    tenant,
    host: new URL(configuration.endpoint).host,
    schemaPath: relative(
      out === undefined ? process.cwd() : dirname(resolve(out)),
      join(packageRoot, 'schemas', 'catalog.schema.json'),
    ),
    file: out ?? '<this file>',
    gaps,
    examples: { stream: 'orders', columns: maskingExamples },
  };
  const { yaml, draft } = await provenDraft({ streams: compiled.streams, facts, schema, reference }, text);
  return { yaml, summary: `${inNumbers(draft)} Asked Centra ${client.usage().requests} times.` };
}

interface ProvenDraft {
  readonly draft: Draft;
  readonly yaml: string;
}

/** Compiles what was drafted, and leaves out what the compiler refuses: what is written has no error. */
async function provenDraft(input: DraftInput, text: DraftText): Promise<ProvenDraft> {
  const refused = new Map<string, string>();
  for (;;) {
    const draft = draftCatalog({ ...input, refused });
    const names = new Set(
      draft.streams.flatMap(({ name, attributes }) =>
        attributes.flatMap(({ columns }) => columns.map((column) => `${name}.${column.name}`)),
      ),
    );
    const { stream } = text.examples;
    const columns = text.examples.columns.filter(
      ({ name }) => !names.has(`${stream}.${name}`) && !refused.has(`${stream}.${name}`),
    );
    const shown = { ...text, examples: { stream, columns } };
    const before = refused.size;
    for (const [column, reason] of await refusals(withExamples(draft, stream, columns), shown, input))
      refused.set(column, reason);
    if (refused.size === before) return { draft, yaml: draftYaml(draft, shown) };
  }
}

async function refusals(
  draft: Draft,
  text: DraftText,
  { schema, reference }: DraftInput,
): Promise<readonly (readonly [string, string])[]> {
  const loaded = await loadCatalog({ source: 'inline', yaml: draftYaml(draft, text) });
  const { problems } = compileCatalog(loaded, { schema, reference, piiKey: TEST_PII_KEY });
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [stray] = errors.filter(({ columnName }) => columnName === undefined);
  if (stray !== undefined) {
    throw new ConnectorError({
      kind: 'bug',
      code: 'init/does_not_compile',
      message: `The starter catalog does not compile: ${formatProblem(stray)}`,
    });
  }
  return errors.map(({ stream, columnName, message }) => [`${stream}.${columnName}`, message] as const);
}

/** The examples as if somebody had taken their # away. */
function withExamples(draft: Draft, stream: string, columns: readonly DraftedColumn[]): Draft {
  const examples = { type: 'examples', comment: '', columns };
  const others = draft.streams.filter(({ name }) => name !== stream);
  const attributes = draft.streams.find(({ name }) => name === stream)?.attributes ?? [];
  return { ...draft, streams: [...others, { name: stream, attributes: [...attributes, examples] }] };
}

const maskingExamples: readonly DraftedColumn[] = [
  {
    name: 'customer_email_hash',
    path: 'customer.email',
    keywords: { pii: 'hash' },
    comment: 'the same code for the same person everywhere; needs "pii_key" in the configuration',
  },
  { name: 'customer_email', path: 'customer.email', keywords: { pii: 'mask' }, comment: 'as j***m' },
  {
    name: 'shipping_city',
    path: 'shippingAddress.city',
    keywords: { pii: 'allow' },
    comment: 'as it is, on purpose',
  },
];

function inNumbers({ streams, unwritable }: Draft): string {
  const columns = streams.flatMap(({ attributes }) =>
    attributes.flatMap((attribute) => attribute.columns),
  ).length;
  const types = new Set(streams.flatMap(({ attributes }) => attributes.map(({ type }) => type))).size;
  const rest =
    unwritable.length === 0
      ? ''
      : ` ${unwritable.length} elements could not be written; they are listed in it.`;
  return `${columns} columns for ${types} types of custom attributes, on ${streams.length} ${streams.length === 1 ? 'stream' : 'streams'}.${rest}`;
}
