import { expect, it } from 'vitest';
import { z } from 'zod';
import { engineVersion } from '../../contracts/engine-version.ts';
import { readText } from './source-files.ts';

it('the version that plans and receipts pin is that of package.json', () => {
  expect(engineVersion).toBe(z.object({ version: z.string() }).parse(JSON.parse(readText('package.json'))).version);
});
