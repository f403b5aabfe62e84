/** How Waybill names the workbooks of its exports and their sheets: a sheet that is full goes on in the next one. */
export const ownCodeName = 'WaybillRecords';

export const ownSheetName = (number: number): string => (number === 1 ? 'Records' : `Records (${number})`);

/** Those named so, in the order of their numbers. By the names alone: an application names a copy of a sheet in the same way. */
export const ownSheets = (sheets: readonly { readonly name: string }[]): readonly number[] => {
  const places = new Map(sheets.map(({ name }, index) => [name, index]));
  const found: number[] = [];
  for (let next = places.get(ownSheetName(1)); next !== undefined; next = places.get(ownSheetName(found.length + 1))) found.push(next);
  return found;
};
