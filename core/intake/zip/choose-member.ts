import { WaybillError } from '../../../contracts/errors.ts';
import type { ZipMember } from './zip-directory.ts';

/**
 * The file of a ZIP that is meant.
 * @param wanted its whole name, or its number from 1 as `#2`
 */
export const chooseMember = (members: readonly ZipMember[], wanted: string | undefined): ZipMember => {
  const [only] = members;
  if (only === undefined) throw new WaybillError('FILE_EMPTY', 'The ZIP file holds no file.');
  if (wanted !== undefined) return named(members, wanted);
  if (members.length > 1) throw new WaybillError('FILE_ZIP_CHOICE', `The ZIP file holds ${members.length} files.`, { files: members.length });
  return only;
};

const named = (members: readonly ZipMember[], wanted: string): ZipMember => {
  const number = /^#(\d{1,5})$/.exec(wanted)?.[1];
  const found = members.find(({ name }) => name === wanted) ?? (number === undefined ? undefined : members[Number(number) - 1]);
  if (found === undefined) throw new WaybillError('OPTION_INVALID', 'The ZIP file does not hold the file that was named.', { option: 'entry', files: members.length });
  return found;
};
