/** Values of a statement in the order of their places; a value never becomes text of the statement. */
export class SqlParameters {
  readonly values: unknown[] = [];

  /** The place, with its type: PostgreSQL would have to guess it. */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}
