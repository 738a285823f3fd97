import { stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { compileCatalog } from '../../catalog/compile/compile.ts';
import { loadCatalog } from '../../catalog/language/load.ts';
import { formatProblem } from '../../catalog/language/problem.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { SUCCESS } from '../../console/exit-code.ts';
import { ConnectorError } from '../../errors.ts';
import { packageRoot } from '../../package-root.ts';
import { findAttributes } from '../../shop/attributes/attribute-types.ts';
import { openCatalog, refuseErrors } from '../open-catalog.ts';
import { TEST_PII_KEY } from '../test-pii-key.ts';
import { type Draft, type DraftedColumn, type DraftInput, draftCatalog } from './draft.ts';
import { type DraftText, draftYaml } from './draft-yaml.ts';

export interface InitArguments {
  readonly config: string;
  readonly out?: string | undefined;
  readonly tenant?: string | undefined;
}

/** A page of each end of a list: enough to see what is in use, and what was. */
const SAMPLE_ROWS = 200;

/** Writes a catalog that extends the default one with a column for every custom attribute of the shop. */
export async function catalogInit(args: InitArguments, context: CommandContext): Promise<number> {
  const { output, log, signal } = context;
  const { out, tenant } = args;
  // Said before the API is asked for anything.
  if (out !== undefined && (await stat(out).catch(() => undefined)) !== undefined) throw alreadyThere(out);
  const open = await openCatalog({ catalog: 'default', config: args.config }, context, {
    observer: { refused: () => undefined },
  });
  try {
    refuseErrors(open);
    const { client, configuration, schemas, compiled } = open;
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
    const good = await provenDraft({ streams: compiled.streams, facts, schema, reference }, text);
    if (out === undefined) await output.writeText(good.yaml);
    else await writeNew(out, good.yaml);
    const told = `${out === undefined ? '' : `Wrote ${out}: `}${inNumbers(good.draft)} Asked Centra ${client.usage().requests} times.`;
    if (out === undefined) log('info', told);
    else
      await output.writeText(`${told}\nNext: source-centra catalog check ${out} --config ${args.config}\n`);
    return SUCCESS;
  } finally {
    await open.close();
  }
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

async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw alreadyThere(path);
    throw new ConnectorError({
      kind: 'config',
      code: 'init/cannot_write',
      message: `The file ${path} cannot be written.`,
      hint: 'Give --out a path in a folder that exists and may be written to.',
      cause,
    });
  });
}

function alreadyThere(path: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'init/exists',
    message: `The file ${path} is there already, and is not overwritten.`,
    hint: 'Give --out another name; what the shop has and this catalog lacks, `catalog coverage` tells.',
  });
}

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
