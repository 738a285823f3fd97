import type { Report } from './problem.ts';
import { isNullNode, type MapEntry, type MapNode, type SourceNode } from './source-node.ts';

/**
 * Lays one catalog over the one that it extends. Streams are merged keyword by keyword and their columns by name;
 * everything else is replaced whole, because half of an old value beside half of a new one surprises. `null` removes.
 */
export function mergeCatalogs(base: MapNode, over: MapNode, report: Report): MapNode {
  const entries = withoutTests(base);
  for (const [keyword, entry] of over.entries) {
    const inherited = entries.get(keyword)?.value;
    const isMerged = keyword === 'streams' && entry.value.kind === 'map';
    const merged = isMerged
      ? mergeNamed(mapOrEmpty(inherited, entry.value), entry.value, 'stream', report)
      : entry.value;
    entries.set(keyword, { ...entry, value: merged });
  }
  return { ...over, entries };
}

/** Tests describe the stream as its own file wrote it; a catalog that changes the stream writes its own. */
function withoutTests(base: MapNode): Map<string, MapEntry> {
  const entries = new Map(base.entries);
  const streams = entries.get('streams');
  if (streams?.value.kind !== 'map') return entries;
  const kept = [...streams.value.entries].map(([name, stream]): [string, MapEntry] => {
    if (stream.value.kind !== 'map') return [name, stream];
    const keywords = [...stream.value.entries].filter(([keyword]) => keyword !== 'tests');
    return [name, { ...stream, value: { ...stream.value, entries: new Map(keywords) } }];
  });
  return entries.set('streams', { ...streams, value: { ...streams.value, entries: new Map(kept) } });
}

function mergeNamed(base: MapNode, over: MapNode, what: 'stream' | 'column', report: Report): MapNode {
  const entries = new Map(base.entries);
  for (const [name, entry] of over.entries) {
    const inherited = entries.get(name);
    if (isNullNode(entry.value)) {
      if (inherited === undefined) {
        report({
          severity: 'error',
          code: 'catalog/nothing_to_remove',
          ...entry.keyPlace,
          message: `The ${what} "${name}" has no value, and there is no inherited one that null could remove.`,
          hint:
            what === 'column'
              ? `Write a path after the colon, as in \`${name}: number\`, or delete the line.`
              : "Write the stream's `from` and `columns` below it, or delete the line.",
        });
      }
      entries.delete(name);
      continue;
    }
    const isMerged = what === 'stream' && entry.value.kind === 'map';
    const value = isMerged
      ? mergeStream(mapOrEmpty(inherited?.value, entry.value), entry.value, report)
      : entry.value;
    entries.set(name, { ...entry, value });
  }
  return { ...over, entries };
}

function mergeStream(base: MapNode, over: MapNode, report: Report): MapNode {
  const entries = new Map(base.entries);
  for (const [keyword, entry] of over.entries) {
    if (isNullNode(entry.value)) {
      entries.delete(keyword);
      continue;
    }
    const isMerged = keyword === 'columns' && entry.value.kind === 'map';
    const inherited = entries.get(keyword)?.value;
    const value = isMerged
      ? mergeNamed(mapOrEmpty(inherited, entry.value), entry.value, 'column', report)
      : entry.value;
    entries.set(keyword, { ...entry, value });
  }
  return { ...over, entries };
}

function mapOrEmpty(node: SourceNode | undefined, like: MapNode): MapNode {
  return node?.kind === 'map' ? node : { ...like, entries: new Map() };
}
