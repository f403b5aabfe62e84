/** The root of the checkout, seen the same from temporal-config/*.ts and from dist/*.mjs. */
import { fileURLToPath } from 'node:url';

export const checkoutFolder = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
