import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import type { CompiledStream } from '../../../src/catalog/compile/compiled.ts';
import { mergeSelections, renderSelection } from '../../../src/catalog/query/selection.ts';
import { compileYaml, problemTexts, reference, rowsOf } from './compile-yaml.ts';
import { diceOf, randomAnswer } from './random-answer.ts';
import { randomCatalog } from './random-catalog.ts';

function queryOf(streams: readonly CompiledStream[]): string {
  const [first] = streams;
  const selection = renderSelection(mergeSelections(streams.map((stream) => stream.selection)));
  const isPaged = selection.includes('$limit');
  return `query read${isPaged ? '($limit: Int, $page: Int)' : ''} { ${first?.root.root} ${selection} }`;
}

function validatorOf(stream: CompiledStream) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(stream.jsonSchema);
}

test('random catalogs compile, their queries are valid, alone and merged, and every possible answer makes rows that fit the schema', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 1 }), async (seed) => {
      const yaml = randomCatalog(reference, diceOf(seed));
      const compiled = await compileYaml(yaml);
      const errors = compiled.problems.filter(
        ({ severity, code }) => severity === 'error' && code !== 'pii/leak',
      );
      expect(errors, `${yaml}\n${problemTexts(compiled).join('\n')}`).toEqual([]);
      for (const stream of compiled.streams) {
        const query = queryOf([stream]);
        expect(validate(reference, parse(query)), yaml).toEqual([]);
        const check = validatorOf(stream);
        for (let round = 0; round < 3; round += 1) {
          for (const object of randomAnswer(reference, query, seed + round)) {
            for (const row of rowsOf(stream, object)) {
              if ('quarantined' in row) continue;
              expect(
                check(row.data),
                `${yaml}\n${JSON.stringify(row.data)}\n${JSON.stringify(check.errors)}`,
              ).toBe(true);
            }
          }
        }
      }
      for (const group of groupsOf(compiled.streams))
        expect(validate(reference, parse(queryOf(group))), yaml).toEqual([]);
    }),
    { numRuns: 250 },
  );
}, 120_000);

/** What one request would serve. */
function groupsOf(streams: readonly CompiledStream[]): readonly (readonly CompiledStream[])[] {
  const roots = [...new Set(streams.map(({ root }) => root.root))];
  return roots.map((root) => streams.filter((stream) => stream.root.root === root));
}
