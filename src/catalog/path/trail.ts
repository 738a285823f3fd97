/** Which data a path reaches, whatever its arguments and indexes: for telling whether two columns show the same. */
export interface Trail {
  readonly names: readonly string[];
  /** The attribute that it picks from the `elements` at its end. */
  readonly pick: string | undefined;
}
