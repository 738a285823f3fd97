import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  concatAST,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { packageRoot } from '../../package-root.ts';
import type { Tenant } from '../data/tenant.ts';
import { undefinedNames, withEnumValues, withoutDefinitions } from './definitions.ts';
import { type OtherShop, withUnheard } from './other-shop.ts';
import { formerPermissions } from './permissions.ts';
import { executableSchema } from './schema.ts';
import { undocumentedValues } from './undocumented-values.ts';

export type Prepared =
  | { readonly document: DocumentNode; readonly errors?: never }
  | { readonly errors: readonly GraphQLError[]; readonly document?: never };

/** The schema as it is served at the moment, and the queries that were checked against it. */
export class ServedSchema {
  readonly #original: DocumentNode;
  readonly #prepared = new Map<string, Prepared>();
  #former: ReadonlyMap<string, readonly string[]> = new Map();
  #schema: GraphQLSchema;

  /** Serves the bundled schema, or that of a file. */
  constructor(tenant: Tenant, file?: string) {
    const text = readFileSync(file ?? join(packageRoot, 'schemas', 'centra.graphql'), 'utf8');
    this.#original = withEnumValues(parse(text), undocumentedValues(tenant));
    this.#schema = this.#serve({});
  }

  get schema(): GraphQLSchema {
    return this.#schema;
  }

  /** Serves the schema of another shop; each time the whole schema is where it begins. Throws a GraphQLError if it makes none. */
  change(other: OtherShop): void {
    this.#schema = this.#serve(other);
    this.#prepared.clear();
  }

  #serve(other: OtherShop): GraphQLSchema {
    const { remove = [], add = '', unknown = [], nullableNull = [], refuse = [] } = other;
    const fields = [...nullableNull, ...refuse].filter((name) => name !== 'all' && name !== 'non-null');
    const missing = undefinedNames(this.#original, [...remove, ...fields]);
    if (missing.length > 0) throw new GraphQLError(`The schema does not define ${missing.join(', ')}.`);
    const odd = unknown.find((one) => !/^(implementations|enum-values)(:\w+)?$/.test(one));
    if (odd !== undefined) {
      throw new GraphQLError(
        `"${odd}" is neither "implementations" nor "enum-values", alone or with ":Type".`,
      );
    }
    const left = withUnheard(withoutDefinitions(this.#original, remove), unknown);
    const document = add.trim() === '' ? left : concatAST([left, parse(add)]);
    const schema = executableSchema(document, other);
    this.#former = formerPermissions(schema);
    return schema;
  }

  /** The names that a permission had before. */
  formerNames(permission: string): readonly string[] {
    return this.#former.get(permission) ?? [];
  }

  /** Parses and checks a query once. */
  prepare(query: string): Prepared {
    let prepared = this.#prepared.get(query);
    if (prepared === undefined) {
      prepared = this.#check(query);
      if (this.#prepared.size >= 500) this.#prepared.clear();
      this.#prepared.set(query, prepared);
    }
    return prepared;
  }

  #check(query: string): Prepared {
    try {
      const document = parse(query);
      const errors = validate(this.#schema, document, specifiedRules);
      return errors.length > 0 ? { errors } : { document };
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  }
}
