/** What the bundle exports is what the engine can run, by these permanent names. */
export { importFile } from './import-file.ts';
export { exportDataset } from './export-dataset.ts';
