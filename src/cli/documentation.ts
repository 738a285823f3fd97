/** Where a user is sent for more. */
export const DOCUMENTATION_URL = 'https://docs.airbyte.com/integrations/sources/centra';
