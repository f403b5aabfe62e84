/**
 * Concept, or several that one term means together (`birth date`), to the terms that mean it: folded (no accents, ß as ss, lower case),
 * languages apart by `|`, terms by `,`. A term of several words is found as such; a term may mean several things.
 */
export type Terms = Readonly<Record<string, string>>;
