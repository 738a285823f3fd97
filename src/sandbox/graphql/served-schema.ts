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
import { formerPermissions } from './permissions.ts';
import { executableSchema, undefinedNames, withoutDefinitions } from './schema.ts';

export type Prepared =
  | { readonly document: DocumentNode; readonly errors?: never }
  | { readonly errors: readonly GraphQLError[]; readonly document?: never };

/** The schema as it is served at the moment, and the queries that were checked against it. */
export class ServedSchema {
  readonly #original: DocumentNode;
  readonly #prepared = new Map<string, Prepared>();
  readonly #former: ReadonlyMap<string, readonly string[]>;
  #schema: GraphQLSchema;

  constructor() {
    this.#original = parse(readFileSync(join(packageRoot, 'schemas', 'centra.graphql'), 'utf8'));
    this.#schema = executableSchema(this.#original);
    this.#former = formerPermissions(this.#schema);
  }

  get schema(): GraphQLSchema {
    return this.#schema;
  }

  /** Serves the bundled schema without `remove` and with the definitions of `add`; throws a GraphQLError if that is none. */
  change(remove: readonly string[], add: string): void {
    const unknown = undefinedNames(this.#original, remove);
    if (unknown.length > 0) throw new GraphQLError(`The schema does not define ${unknown.join(', ')}.`);
    const left = withoutDefinitions(this.#original, remove);
    this.#schema = executableSchema(add.trim() === '' ? left : concatAST([left, parse(add)]));
    this.#prepared.clear();
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
