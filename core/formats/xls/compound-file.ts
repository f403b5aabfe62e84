/** What of SheetJS's reader and writer of compound files ([MS-CFB]) is used; the package has no types for them. */
import * as sheetjs from '@e965/xlsx';

export type CompoundFile = Readonly<Record<never, never>>;

interface CompoundFiles {
  read(bytes: Buffer, options: { readonly type: 'buffer' }): CompoundFile;
  find(file: CompoundFile, path: string): { readonly content?: unknown } | null;
  write(file: CompoundFile, options: { readonly type: 'buffer' }): Buffer;
  readonly utils: { cfb_new(): CompoundFile; cfb_add(file: CompoundFile, path: string, content: Buffer): unknown };
}

export const compoundFiles = sheetjs.CFB as CompoundFiles;
