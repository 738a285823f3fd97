import type { GraphQLSchema } from 'graphql';
import type { SourceNode } from '../language/source-node.ts';
import type { SchemaView } from '../path/field-step.ts';
import type { StepFault } from '../path/step-fault.ts';

/** Why a column that is right has nothing to read. */
export interface Absence {
  /** `ReturnLine.reason`. */
  readonly what: string;
  /** The beginning of a sentence. */
  readonly because: string;
  readonly hint: string | undefined;
  /** The live API does not know it at all, so nobody can say what it would hold. */
  readonly isUnknown: boolean;
}

export interface SecondLook {
  readonly view: SchemaView;
  readonly absence: Absence;
}

/**
 * A path that cannot be followed may be no mistake: another version of the API has it, or the column is inherited and
 * the tenant's filter leaves out the kind of order that it speaks of. Then it is looked up where it exists, for its type.
 */
export function secondLook(
  fault: StepFault,
  node: SourceNode,
  view: SchemaView,
  reference: GraphQLSchema,
): SecondLook | undefined {
  if (fault.lacks !== undefined && view.schema !== reference) {
    const absence = {
      what: fault.lacks,
      because: `This shop's API has no ${fault.lacks}`,
      hint: undefined,
      isUnknown: true,
    };
    return { view: { ...view, schema: reference }, absence };
  }
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
        isUnknown: false,
      },
    };
  }
  return undefined;
}
