import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { fieldsIn, type SelectedField, type Walk } from '../limits/selected-fields.ts';
import { type Guard, guardOf } from './permissions.ts';

/** What the answer to a query says about the fields in it. */
export interface FieldsUsed {
  readonly guards: readonly Guard[];
  /** Each deprecated field, with the reason. */
  readonly deprecated: readonly string[];
}

export function fieldsUsed(
  walk: Walk,
  operation: OperationDefinitionNode,
  may: (permission: string) => boolean,
): FieldsUsed {
  const guards = new Map<string, Guard>();
  const deprecated = new Set<string>();
  const visit = ({ node, type: parent }: SelectedField): void => {
    if (!isObjectType(parent) && !isInterfaceType(parent)) return;
    const field = parent.getFields()[node.name.value];
    if (field === undefined) return;
    if (field.deprecationReason != null)
      deprecated.add(`${parent.name}.${field.name}: ${field.deprecationReason}`);
    const guard = guardOf(parent, field.name);
    if (guard !== undefined) guards.set(guard.permission, guard);
    const type = getNamedType(field.type);
    // What is below a refused field is never reached.
    if (guard !== undefined && !may(guard.permission)) return;
    if (!isCompositeType(type) || node.selectionSet === undefined) return;
    for (const one of fieldsIn(walk, node.selectionSet, type)) visit(one);
  };
  const root = walk.schema.getRootType(operation.operation);
  for (const one of root == null ? [] : fieldsIn(walk, operation.selectionSet, root)) visit(one);
  return { guards: [...guards.values()], deprecated: [...deprecated] };
}
