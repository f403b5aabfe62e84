/** `--rules FILE.json`: `{"rules": […], "rowFilter": "…", "derivedKey": {…}, "loadPolicy": {…}, "limits": […]}`. The API checks what stands in it. */
import { readFile } from 'node:fs/promises';
import { WaybillError } from '../contracts/errors.ts';
import type { StartImportInput } from './generated/operations.ts';

export type Treatment = Partial<Pick<StartImportInput, 'rules' | 'rowFilter' | 'derivedKey' | 'loadPolicy' | 'limitsBy'>>;

const names = ['rules', 'rowFilter', 'derivedKey', 'loadPolicy', 'limits'];
const invalid = (why: string): WaybillError => new WaybillError('OPTION_INVALID', `--rules: ${why}.`, { option: 'rules' });

const documentOf = (text: string): unknown => {
  try { return JSON.parse(text); } catch { throw invalid('the file is not JSON'); }
};

export const readTreatment = async (path: string): Promise<Treatment> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => { throw new WaybillError('FILE_UNREADABLE', 'The file of rules cannot be read.', { option: 'rules' }, { cause }); });
  const document = documentOf(text);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw invalid('write an object with rules, rowFilter, derivedKey, loadPolicy or limits');
  const unknown = Object.keys(document).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(`only ${names.join(', ')} may stand in it`);
  const { limits, ...treatment } = document as Readonly<Record<string, unknown>>;
  return { ...treatment, ...(limits === undefined ? {} : { limitsBy: limits }) } as Treatment;
};
