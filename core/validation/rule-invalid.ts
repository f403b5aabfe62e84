import { WaybillError } from '../../contracts/errors.ts';

/** The place and what to do; never the expression's text, which a person typed and which may hold values. */
export const ruleInvalid = (why: string, at: string): WaybillError => new WaybillError('RULE_INVALID', `${at} cannot be used: ${why}`, { at });
