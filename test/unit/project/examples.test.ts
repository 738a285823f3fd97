// What can be said of the examples without the tools that they are for; `npm run conformance` runs them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { configurationSchema, parseConfiguration } from '../../../src/config/load.ts';
import { sourceCentra } from '../../command/harness.ts';

const project = join(import.meta.dirname, '..', '..', '..');
const examples = join(project, 'examples');
const orchestrators = ['airflow', 'cron', 'dagster', 'github-actions', 'kubernetes'] as const;
/** Those that read a shop; the other one looks at catalogs. */
const readers = orchestrators.filter((name) => name !== 'github-actions');

const files = readdirSync(examples, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => {
    const [folder = ''] = relative(examples, path).split('/');
    return folder === 'README.md' || orchestrators.some((name) => name === folder);
  })
  .sort();

function nameOf(path: string): string {
  return relative(examples, path);
}

function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}

function ending(...endings: readonly string[]): readonly string[] {
  return files.filter((path) => endings.includes(extname(path)));
}

describe('every YAML file', () => {
  test.each(ending('.yml', '.yaml').map(nameOf))('%s parses', (name) => {
    const documents = parseAllDocuments(textOf(join(examples, name)));
    expect(documents).not.toHaveLength(0);
    for (const { errors, warnings } of documents) expect([...errors, ...warnings]).toEqual([]);
  });
});

describe('every configuration', () => {
  test.each(ending('.json').map(nameOf))('%s is one, with its secrets somewhere else', async (name) => {
    const key = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
    const value: unknown = JSON.parse(textOf(join(examples, name)));
    const environment = { CENTRA_API_TOKEN: key };
    const sources = { environment, readFile: () => key };
    const configuration = parseConfiguration(value, await configurationSchema(), sources);
    expect(configuration.unknownNames).toEqual([]);
    expect(value).toMatchObject({ api_token: expect.stringMatching(/^\$\{.+\}$/) });
    expect(configuration.apiToken.reveal()).toBe(key);
  });
});

describe('every tenant catalog', () => {
  const catalogs = ending('.yaml').filter((path) => path.endsWith('/catalog.yaml'));
  test.each(catalogs.map(nameOf))('%s has no errors', async (name) => {
    const outcome = await sourceCentra(['catalog', 'check', join(examples, name)], { isForPeople: true });
    expect(outcome, outcome.stdout).toMatchObject({ code: 0 });
    expect(outcome.stdout).toContain('no errors');
  });
});

test('the image has one name everywhere: that of the metadata, with the version of the package', () => {
  const { version } = JSON.parse(textOf(join(project, 'package.json'))) as { version: string };
  const { data } = parse(textOf(join(project, 'metadata.yaml'))) as {
    data: { dockerRepository: string; dockerImageTag: string };
  };
  const name = `registry.example.com/${data.dockerRepository}:${data.dockerImageTag}`;
  expect(name).toBe(`registry.example.com/source-centra:${version}`);
  for (const folder of orchestrators) {
    const inFolder = files.filter((path) => nameOf(path).startsWith(`${folder}/`)).map(textOf);
    expect(imagesIn(inFolder.join('\n')), folder).toEqual([name]);
  }
  expect(imagesIn(textOf(join(examples, 'README.md')))).toEqual([name]);
});

function imagesIn(text: string): readonly string[] {
  return [...new Set(text.match(/(?:[\w.]+[\w./-]*\/)?source-centra:[\w.-]*\w/g) ?? [])];
}

describe('every command line', () => {
  const used = commandLines();

  test('is found in each example', () => {
    for (const folder of orchestrators) {
      expect(
        used.filter(({ file }) => file.startsWith(`${folder}/`)),
        folder,
      ).not.toHaveLength(0);
    }
  });

  test.each([...new Set(used.map(({ command }) => command))])(
    '%s has the options that are used',
    async (command) => {
      const help = await sourceCentra([...command.split(' '), '--help'], { isForPeople: true });
      expect(help.code, help.stderr).toBe(0);
      for (const { file, options } of used.filter((one) => one.command === command)) {
        for (const option of options)
          expect(help.stdout, `${option} in ${file}`).toMatch(new RegExp(`${option}\\b`));
      }
    },
  );

  test('the examples that read do it alike, and as the index says', () => {
    const reading = 'read --config /config/config.json --format jsonl --out /data/current';
    expect(textOf(join(examples, 'README.md'))).toContain(reading);
    for (const folder of readers) {
      const texts = files
        .filter((path) => nameOf(path).startsWith(`${folder}/`) && extname(path) !== '.md')
        .map(plain);
      expect(
        texts.filter((text) => text.includes(reading)),
        folder,
      ).toHaveLength(1);
    }
  });
});

interface CommandLine {
  readonly file: string;
  readonly command: string;
  readonly options: readonly string[];
}

/** Where an example calls the connector: in scripts, lists of arguments, and what a README shows. */
function commandLines(): readonly CommandLine[] {
  const command = /(?:^|[\s`])(spec|check|discover|read|read-all|catalog (?:check|test|diff)) ([^\n`|;&]*)/g;
  return files.flatMap((path) =>
    [...plain(path).matchAll(command)].flatMap(([, name = '', rest = '']) => {
      const options = rest.match(/(?<=^|\s)--[a-z-]+/g) ?? [];
      const isProse = options.length === 0 && !name.startsWith('catalog ');
      return isProse ? [] : [{ file: nameOf(path), command: name, options }];
    }),
  );
}

/** A list of arguments as one would type it. */
function plain(path: string): string {
  return textOf(path)
    .replaceAll(/\\\n\s*/g, ' ')
    .replaceAll(/["'[\],]+/g, ' ')
    .replaceAll(/ +/g, ' ');
}

test("Dagster's assets are the streams of the default catalog", () => {
  const { streams } = parse(textOf(join(project, 'catalog', 'default.yaml'))) as { streams: object };
  const list = /^STREAMS = (\[.*\])$/m.exec(textOf(join(examples, 'dagster', 'centra.py')))?.[1] ?? '';
  expect(JSON.parse(list)).toEqual(Object.keys(streams));
});

describe('every README', () => {
  test.each(ending('.md').map(nameOf))('%s links to what is there', (name) => {
    const path = join(examples, name);
    const links = [...textOf(path).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) =>
      join(dirname(path), link),
    );
    expect(links).not.toHaveLength(0);
    for (const link of links) expect(existsSync(link), link).toBe(true);
  });

  test('the index leads to each example', () => {
    const index = textOf(join(examples, 'README.md'));
    for (const folder of orchestrators) expect(index).toContain(`[${folder}](${folder}/)`);
  });
});
