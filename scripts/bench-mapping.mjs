// What a mapping costs: the CPU time of parsing recorded pages, mapping their rows and writing those, against parsing the
// same pages and writing the same rows as they came. Both are measured in turns, in one process; medians of many rounds.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

/** The most that a mapped read may cost, in times of the unmapped one. */
const TARGET = 1.3;

const { values: options } = parseArgs({
  options: {
    orders: { type: 'string', default: '1200' },
    rounds: { type: 'string', default: '41' },
    catalog: { type: 'string', multiple: true },
    group: { type: 'string' },
  },
});

const folder = join(import.meta.dirname, '..', 'node_modules', '.cache', 'source-centra-bench');

/** The parts of src that are measured, in one file as the command has them. */
async function connector() {
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, 'connector.mjs');
  const contents = `
    export { compileCatalog } from './src/catalog/compile/compile.ts';
    export { bundledNames, loadCatalog } from './src/catalog/language/load.ts';
    export { mergeSelections, renderSelection } from './src/catalog/query/selection.ts';
    export { bundledSchema } from './src/centra/schema.ts';
    export { startSandbox } from './src/sandbox/sandbox.ts';`;
  await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, '..'), loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.18',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(outfile);
}

const {
  compileCatalog,
  bundledNames,
  loadCatalog,
  mergeSelections,
  renderSelection,
  bundledSchema,
  startSandbox,
} = await connector();

/** The streams of a bundled catalog that one sequence of requests serves.
 * @param {string} name */
async function groupsOf(name) {
  const reference = await bundledSchema();
  const loaded = await loadCatalog({ source: 'bundled', name });
  const compiled = compileCatalog(loaded, {
    schema: reference,
    reference,
    piiKey: 'only for this measurement, of 32 bytes',
  });
  const error = compiled.problems.find((/** @type {any} */ { severity }) => severity === 'error');
  if (error !== undefined) throw new Error(`The catalog ${name} does not compile: ${error.message}`);
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const stream of compiled.streams) {
    const key = JSON.stringify([stream.root.root, stream.where]);
    groups.set(key, [...(groups.get(key) ?? []), stream]);
  }
  return [...groups.values()];
}

/**
 * The answers of the sandbox to what the streams ask for, as they came.
 * @param {any} shop
 * @param {any[]} streams
 */
async function pagesOf(shop, streams) {
  const [{ root, where = {} }] = streams;
  const selection = renderSelection(mergeSelections(streams.map(({ selection }) => selection)));
  const isNested = selection.includes('$page');
  const filter = root.root
    .replace(/s$/, '')
    .replace(/ie$/, 'y')
    .replace(/^./, (/** @type {string} */ letter) => letter.toUpperCase());
  /** @param {string} query @param {object} variables */
  const ask = async (query, variables) => {
    const response = await fetch(shop.endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const { data, errors } = JSON.parse(text);
    if (errors !== undefined)
      throw new Error(`The sandbox refused the query for ${root.root}: ${JSON.stringify(errors)}`);
    return { text, objects: data[root.root] };
  };
  const head = `query ($where: ${filter}Filter, $limit: Int, $page: Int)`;
  const flat = `${head} { ${root.root}(where: $where, limit: $limit, page: $page) ${selection} }`;
  const nested = `${head} { ${root.root}(where: $where) ${selection} }`;
  const parents = isNested
    ? (
        await ask(`${head} { ${root.root}(where: $where, limit: $limit, page: $page) { id } }`, {
          where,
          limit: 200,
          page: 1,
        })
      ).objects
    : [undefined];
  const pages = [];
  for (const parent of parents) {
    for (let page = 1; ; page += 1) {
      const filtered = parent === undefined ? where : { ...where, id: [parent.id] };
      const { text, objects } = await ask(isNested ? nested : flat, { where: filtered, limit: 200, page });
      const rows = isNested ? objects[0][streams[0].each[0]] : objects;
      pages.push(text);
      if (rows.length < 200) break;
    }
  }
  return { root: root.root, pages };
}

const context = { snapshotAt: '2026-01-01T00:00:00Z' };

/** @param {string[]} pages @param {string} root */
function unmapped(pages, root) {
  let written = 0;
  for (const page of pages) {
    for (const object of JSON.parse(page).data[root]) written += JSON.stringify(object).length;
  }
  return written;
}

/** @param {string[]} pages @param {string} root @param {any[]} streams */
function mapped(pages, root, streams) {
  let written = 0;
  for (const page of pages) {
    for (const object of JSON.parse(page).data[root]) {
      for (const stream of streams) {
        for (const { data } of stream.rows(object, context)) written += JSON.stringify(data).length;
      }
    }
  }
  return written;
}

/** CPU milliseconds of this process, its collector of garbage included.
 * @param {() => number} work */
function cpuOf(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** @param {number} rounds @param {string[]} pages @param {string} root @param {any[]} streams */
function measure(rounds, pages, root, streams) {
  // So many times over that one turn takes long enough for the clock.
  const once = cpuOf(() => unmapped(pages, root)) + cpuOf(() => unmapped(pages, root));
  const times = Math.max(1, Math.ceil(60 / once));
  const repeated = Array.from({ length: times }, () => pages).flat();
  const plain = [];
  const mapping = [];
  for (let round = -3; round < rounds; round += 1) {
    const isPlainFirst = round % 2 === 0;
    const first = cpuOf(() => (isPlainFirst ? unmapped(repeated, root) : mapped(repeated, root, streams)));
    const second = cpuOf(() => (isPlainFirst ? mapped(repeated, root, streams) : unmapped(repeated, root)));
    if (round < 0) continue;
    plain.push((isPlainFirst ? first : second) / times);
    mapping.push((isPlainFirst ? second : first) / times);
  }
  return { plain: median(plain), mapping: median(mapping) };
}

/** @param {(string | number)[]} cells */
function line(...cells) {
  const [catalog, streams, ...numbers] = cells.map(String);
  console.log(
    `${catalog?.padEnd(27)}${streams?.padEnd(34)}${numbers.map((cell) => cell.padStart(12)).join('')}`,
  );
}

/** The tenants of the sandbox whose attributes a catalog maps; all others are for the first. */
const tenants = new Map([['example-wholesale', 'nord']]);

/** @param {string} name */
async function measureCatalog(name) {
  const tenant = tenants.get(name) ?? 'acme';
  const shop = await startSandbox({ tenant, orders: Number(options.orders), plan: 'unlimited' });
  const sum = { plain: 0, mapping: 0 };
  let hashed = 0;
  try {
    for (const streams of await groupsOf(name)) {
      const names = streams.map(({ name: stream }) => stream).join(' + ');
      hashed += streams.flatMap(({ columns }) => columns).filter(({ pii }) => pii === 'hash').length;
      if (options.group !== undefined && !names.includes(options.group)) continue;
      const { root, pages } = await pagesOf(shop, streams);
      const { plain, mapping } = measure(Number(options.rounds), pages, root, streams);
      const kilobytes = Math.round(pages.reduce((total, page) => total + page.length, 0) / 1000);
      line(name, names, kilobytes, plain.toFixed(2), mapping.toFixed(2), (mapping / plain).toFixed(2));
      sum.plain += plain;
      sum.mapping += mapping;
    }
  } finally {
    await shop.close();
  }
  const times = sum.mapping / sum.plain;
  line(name, 'all of it', '', sum.plain.toFixed(2), sum.mapping.toFixed(2), times.toFixed(2));
  return { name, times, hashed };
}

const worst = [];
try {
  line('catalog', 'streams of one fetch', 'KB', 'unmapped ms', 'mapped ms', 'times');
  for (const name of options.catalog ?? (await bundledNames())) worst.push(await measureCatalog(name));
} finally {
  await rm(folder, { recursive: true, force: true });
}
const above = worst.filter(({ times }) => times > TARGET);
for (const { name, times, hashed } of above) {
  // A code that nobody can turn back costs more than to write the value: that is the price of the mask, not of the mapping.
  const why = hashed === 0 ? 'above the target' : `${hashed} of its columns are hashed`;
  console.log(`\n${name} costs ${times.toFixed(2)} times the unmapped read: ${why}.`);
}
if (above.some(({ hashed }) => hashed === 0)) process.exitCode = 1;
else console.log(`\nApart from hashing, a mapped read costs at most ${TARGET} times the unmapped one.`);
