/** The files of a ZIP with several: what `inspect` can say before one is chosen. */
import type { CommandContext } from './run-command.ts';
import { archiveFilesDocument } from './generated/operations.ts';
import { groupDigits } from './human-numbers.ts';
import { shorten, textTable } from './text-table.ts';

const longestName = 100;

export const listArchiveFiles = async ({ client, output }: CommandContext, sha256: string, purpose: string | null): Promise<void> => {
  const { archiveFiles: files } = await client.request(archiveFilesDocument, { sha256, purpose });
  output.result({ files }, () => textTable(
    [{ title: '#', align: 'right' }, { title: 'file' }, { title: 'bytes', align: 'right' }],
    files.map(({ no, name, bytes }) => [String(no), shorten(name, longestName), groupDigits(bytes)]),
  ));
  output.note('The ZIP file holds several files. Choose one with --entry NAME or --entry "#2".');
};
