/** The next chunk or part: one that was put back, else one that was not given out yet; null: none is left. */
export const nextNumber = (position: { postponed: readonly number[] }, fresh: () => number | null): number | null => {
  const [first, ...rest] = position.postponed;
  if (first === undefined) return fresh();
  position.postponed = rest;
  return first;
};
