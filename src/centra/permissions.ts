/** Reads "You need Order:read permission to access orderConnection." */
export function refusedPermission(message: string): string | undefined {
  return /You need ([\w.]+(?::\w+)?) permission/i.exec(message)?.[1];
}
