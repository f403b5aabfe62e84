/** SHA-256 of the UTF-8 text, as 64 hex digits in lower case. Known values can be hashed by anybody, so it hides nothing that can be guessed. */
import { hash as digest } from 'node:crypto';
import type { TextStep } from './step.ts';

export const hash = (): TextStep => ({ kind: 'text', apply: (text) => digest('sha256', text, 'hex') });
