/** Whether a text is the address of a PostgreSQL server, good or bad; anything else names a folder. */
export function isPostgresAddress(location: string): boolean {
  return /^postgres(ql)?:\/\//i.test(location);
}

/** The password in such an address, as it is written and as it is meant, for a server's error may show either. */
export function passwordsIn(address: string): readonly string[] {
  const written = /^[^:]+:\/\/[^:@/]*:(.*)@/s.exec(address)?.[1] ?? '';
  return [...new Set([written, decoded(written)])];
}

/** A % that begins nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
