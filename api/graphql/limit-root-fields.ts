/** The cost rule weighs how much a field returns, not how often it is asked for under another alias: that is counted here. */
import { GraphQLError, type ASTVisitor, type ValidationContext } from 'graphql';

export const limitRootFields = (most: number) => (context: ValidationContext): ASTVisitor => {
  let count = 0;
  return {
    Field: (node) => {
      const parent = context.getParentType();
      const schema = context.getSchema();
      if (parent === null || parent === undefined || ![schema.getQueryType(), schema.getMutationType()].includes(parent as never)) return;
      count += 1;
      if (count === most + 1) context.reportError(new GraphQLError(`An operation asks for at most ${most} fields of the root.`, { nodes: node, extensions: { code: 'REQUEST_INVALID', retryable: false } }));
    },
  };
};
