/**
 * The key of `pii: hash` in a catalog's own tests where no configuration gives one, so that they run in CI without a
 * secret: everybody knows it, so it protects nobody, and no read ever uses it.
 */
export const TEST_PII_KEY = 'source-centra-tests-know-this-key-everybody-does';
