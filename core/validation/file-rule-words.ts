/** What is said of a file rule that is broken, where the rule says nothing itself, and how it is mended. */
import type { FileRule } from '../../contracts/rules.ts';

interface Words { readonly message: string; readonly remedy: string }

export const fileRuleWords: Readonly<Record<FileRule['kind'], Words>> = {
  row_count: {
    message: 'The file has fewer or more rows than expected.',
    remedy: 'Ask the sender whether the file is whole; where so many rows are right, change the rule.',
  },
  fill_rate: {
    message: 'The field is filled in fewer or more rows than expected.',
    remedy: 'Look whether the right column feeds the field and whether the sender left it empty; where that is right, change the rule.',
  },
  duplicate_share: {
    message: 'More rows than expected repeat the key of another row.',
    remedy: 'The key may be the wrong one, or the file was put together twice; where such rows are right, change the rule.',
  },
  sum: {
    message: 'The total of the field is not the expected one.',
    remedy: 'Compare the control total with the sender’s. Rejected, filtered and doubled rows are not in it: mend them first.',
  },
  columns: {
    message: 'The columns of the file are not the expected ones.',
    remedy: 'Ask the sender for the file as agreed; where the new columns are right, change the rule and look at the mapping.',
  },
  drift: {
    message: 'The file differs from the last deliveries.',
    remedy: 'Compare it with the last file; where the change is meant, raise maxChangePercent or lower the severity for this delivery.',
  },
};
