import { GraphQLError } from 'graphql';

/** A request that is valid GraphQL and still wrong, such as a limit out of range. */
export function requestError(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { category: 'graphql' } });
}

export function authorizationError(permission: string, field: string): GraphQLError {
  return new GraphQLError(`You need ${permission} permission to access ${field}.`, {
    extensions: { category: 'authorization' },
  });
}
