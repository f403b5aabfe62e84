import type { TemplateField } from '../../contracts/template.ts';
import type { MapEntry } from '../mapping/propose-mapping.ts';

/** Another column for a field of the template: what is done to its values stays, unless the answer says otherwise (also `[]`: nothing). */
export const keepTransforms = (map: readonly MapEntry[], fields: readonly TemplateField[]): readonly MapEntry[] => map.map((entry) => {
  const known = fields.find(({ field }) => field === entry.field);
  const stays = entry.transforms === undefined && known?.transforms !== undefined && known.columns.length === entry.columns.length;
  return stays && known.transforms !== undefined ? { ...entry, transforms: known.transforms } : entry;
});
