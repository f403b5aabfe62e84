/** Issues with what a person is told of them: an import's rules have words of their own, which stand in its plan. */
import type { IssueCode } from '../../contracts/issue-codes.ts';
import { issueMessage } from '../../contracts/issue-message.ts';
import type { Pool } from '../../db/connection.ts';
import { findPlan } from '../../db/plans.ts';

interface Found { readonly code: IssueCode; readonly rule: string | null }

export const withMessages = async <Issue extends Found>(pool: Pool, planHash: string | null, issues: readonly Issue[]): Promise<readonly (Issue & { readonly message: string })[]> => {
  const plan = planHash === null || issues.every(({ rule }) => rule === null) ? null : await findPlan(pool, planHash);
  return issues.map((issue) => ({ ...issue, message: issueMessage(issue, plan?.rules) }));
};
