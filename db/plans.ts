/** Plans are immutable and found by their hash (design 10.1). */
import { planDocumentSchema, type PlanDocument } from '../contracts/plan-document.ts';
import type { Queryable } from './connection.ts';

export const insertPlan = async (db: Queryable, { planHash, document }: { readonly planHash: string; readonly document: PlanDocument }): Promise<void> => {
  await db.query('insert into waybill.plans (plan_hash, document) values ($1, $2) on conflict (plan_hash) do nothing', [planHash, JSON.stringify(document)]);
};

export const findPlan = async (db: Queryable, planHash: string): Promise<PlanDocument | null> => {
  const { rows } = await db.query<{ document: unknown }>('select document from waybill.plans where plan_hash = $1', [planHash]);
  return rows[0] === undefined ? null : planDocumentSchema.parse(rows[0].document);
};
