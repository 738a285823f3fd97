import { columnTypeOf } from '../../catalog/compile/column-type.ts';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import type { Relation } from './relations.ts';

/** A mermaid `erDiagram` of the streams: their keys, and the columns by which they join. */
export function entityDiagram(streams: readonly CompiledStream[], relations: readonly Relation[]): string {
  const entities = streams.map((stream) => entityText(stream, relations));
  return `erDiagram\n${[...entities, ...relations.map(relationText)].join('')}`;
}

function entityText({ name, key, columns }: CompiledStream, relations: readonly Relation[]): string {
  const foreign = new Set(
    relations.filter(({ from }) => from === name).flatMap((relation) => relation.columns),
  );
  const lines = columns
    .filter((column) => key.includes(column.name) || foreign.has(column.name))
    .map((column) => {
      const marks = [
        ...(key.includes(column.name) ? ['PK'] : []),
        ...(foreign.has(column.name) ? ['FK'] : []),
      ];
      const type = columnTypeOf(column.jsonSchema).name.replaceAll(' ', '_');
      return `    ${type} ${column.name} ${marks.join(', ')}\n`;
    });
  return `  ${name} {\n${lines.join('')}  }\n`;
}

function relationText({ from, to, columns, isOptional, isOne }: Relation): string {
  return `  ${to} ${isOptional ? '|o' : '||'}--${isOne ? 'o|' : 'o{'} ${from} : "${columns.join(', ')}"\n`;
}
