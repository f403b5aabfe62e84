/** An operation's text with the types of its answer and variables, so that no parser of GraphQL runs in the client (start-up time). */
export interface TypedDocument<Result, Variables> {
  readonly name: string;
  readonly text: string;
  /** Never set: carries the types. */
  readonly types?: (variables: Variables) => Result;
}
