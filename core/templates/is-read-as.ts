import type { ParseOptions, ParseOverrides } from '../../contracts/parse-options.ts';
import { writeRecordPath } from '../formats/json/record-path.ts';
import { canonicalJson } from '../receipt/canonical-json.ts';

/** Whether a file is read so already: saying it would change nothing. What cannot be told from the options is not known to be so. */
export const isReadAs = (options: ParseOptions, overrides: ParseOverrides): boolean => Object.entries(overrides).every(([name, value]) => {
  const read = name === 'recordPath' || name === 'explode' ? pathOf(options, name) : (options as Readonly<Record<string, unknown>>)[name];
  return read !== undefined && canonicalJson(read) === canonicalJson(value) && !(name === 'widths' && options.format === 'fixed' && options.guessed);
});

const pathOf = (options: ParseOptions, name: 'recordPath' | 'explode'): string | undefined => {
  if (name === 'recordPath') return 'recordPath' in options ? writeRecordPath(options.recordPath) : undefined;
  return 'explode' in options && options.explode !== undefined ? writeRecordPath(options.explode.path) : undefined;
};
