import type { GraphQLSchema } from 'graphql';
import type { SourceNode } from '../language/source-node.ts';
import type { FieldUse, SchemaView } from '../path/field-step.ts';
import { permissionsOf } from '../path/permissions.ts';
import type { StepFault } from '../path/step-fault.ts';

/** Why a column that is right has nothing to read. */
export interface Absence {
  /** `OrderLine.shippedQuantity`; of a permission, its name. */
  readonly what: string;
  /** The beginning of a sentence. */
  readonly because: string;
  readonly hint: string | undefined;
  /**
   * `api`: this shop's API lacks it, or has it otherwise. `permission`: the token may not see it. `kind`: only kinds of
   * objects have it that the stream leaves out.
   */
  readonly by: 'api' | 'permission' | 'kind';
}

export interface SecondLook {
  readonly view: SchemaView;
  readonly absence: Absence;
}

/**
 * A path that cannot be followed may be no mistake: another version of the API has it, or the column is inherited and
 * the tenant's filter leaves out the kind of order that it speaks of. Then it is looked up where it exists, for its type.
 */
export function secondLook(fault: StepFault, node: SourceNode, view: SchemaView): SecondLook | undefined {
  if (fault.lacks !== undefined && view.schema !== view.reference)
    return { view: { ...view, schema: view.reference }, absence: apiLacks(fault.lacks) };
  if (
    fault.code === 'path/other_kind' &&
    view.storeType !== undefined &&
    node.place.file !== view.storeType.file
  ) {
    const [because = ''] = fault.message.split(': ');
    return {
      view: { ...view, storeType: undefined },
      absence: {
        what: fault.otherKind ?? '',
        because,
        hint: 'To remove an inherited column, write its name with null.',
        by: 'kind',
      },
    };
  }
  return undefined;
}

export function apiLacks(what: string): Absence {
  return { what, because: `This shop's API has no ${what}`, hint: undefined, by: 'api' };
}

/** What the reference can give and the live API cannot, in the words of the fault that came up there. */
export function apiDiffers(columnName: string, message: string): Absence {
  return {
    what: columnName,
    because: `This shop's API differs from the documented one (${message.replace(/\.$/, '')})`,
    hint: undefined,
    by: 'api',
  };
}

/** The permission that the token does not have and that one of these fields needs. */
export function notPermitted(
  uses: readonly FieldUse[],
  withoutPermissions: ReadonlySet<string>,
  reference: GraphQLSchema,
): Absence | undefined {
  if (withoutPermissions.size === 0) return undefined;
  const lacking = uses
    .flatMap((use) => permissionsOf(use, reference))
    .find((permission) => withoutPermissions.has(permission));
  if (lacking === undefined) return undefined;
  return {
    what: lacking,
    because: `The token has no permission ${lacking}`,
    hint: `Add ${lacking} to the token in Centra.`,
    by: 'permission',
  };
}
