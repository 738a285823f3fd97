// Types from the JSON Schemas in schemas/. `--check` changes nothing and fails when a generated file is stale.
import { readFile, writeFile } from 'node:fs/promises';
import { compileFromFile } from 'json-schema-to-typescript';

const generated = Object.freeze({
  'schemas/configuration.schema.json': 'src/config/configuration.generated.ts',
  'schemas/catalog.schema.json': 'src/catalog/language/tenant-catalog.generated.ts',
  'schemas/state.schema.json': 'src/sync/state.generated.ts',
  'schemas/airbyte-protocol.schema.json': 'src/protocol/airbyte/airbyte-protocol.generated.ts',
});

const isCheck = process.argv.includes('--check');
const stale = [];

for (const [schema, target] of Object.entries(generated)) {
  const text = await compileFromFile(schema, {
    bannerComment: `// Generated from ${schema} by \`npm run generate\`. Do not edit.`,
    additionalProperties: false,
    unknownAny: true,
    style: { singleQuote: true, printWidth: 110 },
  });
  const present = await readFile(target, 'utf8').catch(() => '');
  if (present === text) continue;
  if (isCheck) stale.push(target);
  else await writeFile(target, text);
}

if (stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}. Run \`npm run generate\` and commit what it writes.`);
  process.exit(1);
}
