/** Reads "You need Order:read permission to access orderConnection." */
export function refusedPermission(message: string): string | undefined {
  return /You need ([\w.]+(?::\w+)?) permission/i.exec(message)?.[1];
}

/** All permissions that a text names. */
export function permissionsIn(text: string): readonly string[] {
  return [...new Set(text.match(/\b[A-Z]\w*(?:\.\w+)?:(?:read|write)\b/g) ?? [])];
}
