import { type GraphQLSchema, getNamedType, isRequiredArgument } from 'graphql';
import { permissionsOf } from '../../catalog/path/permissions.ts';
import { emptySelection } from '../../catalog/query/selection.ts';
import { fieldOf, selectedFields } from '../../catalog/query/selection-walk.ts';
import type { CentraClient } from '../../centra/client.ts';
import { ConnectorError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { rootDefinition, rootType } from '../../roots/derive.ts';
import { attributeTypes } from '../documents.ts';
import { objectsOf, PAGE_SIZE } from '../objects.ts';
import { openRoot } from '../open-root.ts';
import type { SamplePart } from '../sample.ts';
import {
  type AttributeDefinition,
  type AttributeFacts,
  attributeFacts,
  attributesSelection,
} from './attribute-facts.ts';
import { type AttributePlace, attributePlaces } from './attribute-places.ts';
import { objectsAt } from './objects-at.ts';

export interface AttributeSearch {
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  /** The bundled schema, which knows the permissions. */
  readonly reference: GraphQLSchema;
  readonly signal: AbortSignal;
  /** How many of the newest, and how many of the oldest rows of each root list are looked at. */
  readonly rows: number;
}

export interface FoundAttributes {
  readonly facts: readonly AttributeFacts[];
  /** What could not be looked at, and why: sentences. */
  readonly gaps: readonly string[];
}

/** The custom attributes on one type of object. */
export interface OwnerAttributes {
  /** `Order`, `Product`, `ProductVariant`. */
  readonly owner: string;
  /** The shop has told all of its types; otherwise they are those that were met. */
  readonly isCertain: boolean;
  /** How many objects were looked at. */
  readonly objects: number;
  readonly facts: readonly AttributeFacts[];
  /** Why nothing is known: a sentence. */
  readonly gap: string | undefined;
}

/**
 * The custom attributes of these types alone. Where the shop tells its types that is one request, otherwise one more
 * for each root list that leads to the types (or two, where the token may not see something). No failure of a request
 * is a failure of the search.
 */
export async function findAttributesOf(
  owners: ReadonlySet<string>,
  search: AttributeSearch,
): Promise<readonly OwnerAttributes[]> {
  if (owners.size === 0) return [];
  const { definitions, isWhole } = (await orReason(() => askAttributeTypes(search), search)).value ?? noTypes;
  // Types that are told under a name of their own for the objects, and not the schema's, do not tell of this owner.
  const told = new Set(isWhole ? definitions.map(({ owner }) => owner) : []);
  const known: OwnerAttributes[] = [...owners]
    .filter((owner) => told.has(owner))
    .map((owner) => ({
      owner,
      isCertain: true,
      objects: 0,
      facts: attributeFacts(owner, [], definitions),
      gap: undefined,
    }));
  const places = attributePlaces(search.schema).filter(
    ({ owner }) => owners.has(owner.name) && !told.has(owner.name),
  );
  for (const root of new Set(places.map((place) => place.root))) {
    const here = places.filter((place) => place.root === root);
    const { value, reason } = await orReason(() => sampleAttributes(root, here, definitions, search), search);
    for (const { owner } of value === undefined ? here : []) {
      known.push({ owner: owner.name, isCertain: false, objects: 0, facts: [], gap: reason });
    }
    for (const sampled of value ?? []) known.push({ ...sampled, isCertain: false });
  }
  return known;
}

async function orReason<Value>(
  ask: () => Promise<Value>,
  { signal }: AttributeSearch,
): Promise<{ readonly value?: Value; readonly reason?: string }> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind === 'bug' || signal.aborted) throw error;
    return { reason: error.message };
  }
}

/**
 * The custom attributes of a shop. Newer versions of the API tell the types of all; what they hold, and the types of
 * older versions, only rows show.
 */
export async function findAttributes(search: AttributeSearch): Promise<FoundAttributes> {
  const gaps: string[] = [];
  const { definitions } = (await tolerating(() => askAttributeTypes(search), gaps)) ?? noTypes;
  const places = attributePlaces(search.schema);
  const facts: AttributeFacts[] = [];
  for (const root of new Set(places.map((place) => place.root))) {
    const here = places.filter((place) => place.root === root);
    const found = await tolerating(() => sampleAttributes(root, here, definitions, search), gaps);
    gaps.push(...(found ?? []).flatMap(({ gap }) => gap ?? []));
    facts.push(...(found?.flatMap((sampled) => sampled.facts) ?? definedOnly(here, definitions)));
  }
  return { facts, gaps };
}

function definedOnly(
  places: readonly AttributePlace[],
  definitions: readonly AttributeDefinition[],
): readonly AttributeFacts[] {
  return places.flatMap(({ owner }) => attributeFacts(owner.name, [], definitions));
}

/** What the token may not see, or this version of the API cannot tell, is a gap and no failure. */
async function tolerating<Value>(ask: () => Promise<Value>, gaps: string[]): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    const isGap = error instanceof ConnectorError && (error.kind === 'permission' || error.kind === 'schema');
    if (!isGap) throw error;
    gaps.push(error.message);
    return undefined;
  }
}

async function sampleAttributes(
  root: string,
  places: readonly AttributePlace[],
  definitions: readonly AttributeDefinition[],
  { client, schema, reference, signal, rows }: AttributeSearch,
): Promise<readonly Omit<OwnerAttributes, 'isCertain'>[]> {
  const definition = rootDefinition(root, schema);
  if (definition === undefined) return [];
  const parts = places.map((place) => partOf(place, schema, reference));
  const sample = await openRoot(client, schema, definition).sample({ parts, rows, oldestRows: rows }, signal);
  return places.map((place, at) => {
    const owner = place.owner.name;
    const part = parts[at];
    const missing = (part && sample.refused.get(part)) ?? [];
    const objects =
      missing.length > 0 ? [] : sample.objects.flatMap((object) => objectsAt(object, place.path));
    return {
      owner,
      objects: objects.length,
      facts: attributeFacts(owner, objects, definitions),
      gap:
        missing.length > 0
          ? `The attributes of ${owner} could not be read: the token lacks ${missing.join(', ')}.`
          : undefined,
    };
  });
}

function partOf(place: AttributePlace, schema: GraphQLSchema, reference: GraphQLSchema): SamplePart {
  const type = rootType(place.root, schema);
  if (type === undefined) return { selection: emptySelection, permissions: [] };
  const selection = attributesSelection(schema, type.name, place.path, place.owner);
  const permissions = [...selectedFields(selection, type, schema)].flatMap(({ owner, selected }) =>
    permissionsOf({ type: owner.name, field: selected.name }, reference),
  );
  return { selection, permissions: [...new Set(permissions)] };
}

const definitionFields = ['name', 'description', 'isMulti', 'objectType'] as const;
const elementFields = ['key', 'description', 'kind', 'isMulti'] as const;

interface ToldTypes {
  readonly definitions: readonly AttributeDefinition[];
  /** They are all that there are. */
  readonly isWhole: boolean;
}

const noTypes: ToldTypes = { definitions: [], isWhole: false };

/** Versions of the API from before `attributeTypes` do not tell them. */
async function askAttributeTypes({ client, schema, signal }: AttributeSearch): Promise<ToldTypes> {
  const field = schema.getQueryType()?.getFields().attributeTypes;
  const type = field === undefined ? undefined : getNamedType(field.type);
  const element = getNamedType(fieldOf(type, 'elements')?.type);
  const fields = definitionFields.filter((name) => fieldOf(type, name) !== undefined);
  const inner = elementFields.filter((name) => fieldOf(element, name) !== undefined);
  const isUsable = fields.includes('name') && fields.includes('objectType') && inner.includes('key');
  if (field === undefined || !isUsable || field.args.some(isRequiredArgument)) return noTypes;
  const hasLimit = field.args.some(({ name }) => name === 'limit');
  const what = 'the types of custom attributes';
  const document = attributeTypes(fields, inner, hasLimit);
  const { data } = await client.ask({ what, ...document, variables: {} }, signal);
  const definitions = objectsOf(data.attributeTypes, what).map((found) => ({
    owner: String(found.objectType),
    type: String(found.name),
    description: textOf(found.description),
    isMulti: found.isMulti === true,
    elements: (Array.isArray(found.elements) ? found.elements : []).filter(isObject).map((one) => ({
      key: String(one.key),
      description: textOf(one.description),
      kind: String(one.kind ?? ''),
      isMultiChoice: one.isMulti === true,
    })),
  }));
  return { definitions, isWhole: !hasLimit || definitions.length < PAGE_SIZE };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
