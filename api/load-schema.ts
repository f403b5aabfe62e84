/** The SDL, at the same place seen from api/*.ts and from dist/*.mjs. */
import { readFileSync } from 'node:fs';

export const loadSchemaText = (): string => readFileSync(new URL('../api/schema.graphql', import.meta.url), 'utf8');
