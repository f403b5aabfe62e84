import { issueKinds, type IssueCode } from './issue-codes.ts';
import type { Rule } from './rules.ts';

/** What a person is told of an issue: the words of the rule that found it, or those of its code. Never a value. */
export const issueMessage = ({ code, rule }: { readonly code: IssueCode; readonly rule: string | null }, rules: readonly Rule[] = []): string =>
  (rule === null ? undefined : rules.find(({ name }) => name === rule)?.message) ?? issueKinds[code].message;
