/** Folds a name to what people mean by it: `Case Number`, `case_number` and `CaseNumber` are one name. Letters of any script stay. */
export const normaliseName = (name: string): string =>
  name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
