import { expect, it } from 'vitest';
import { companionName } from '../../cli/parse-export-options.ts';

it.each([['incidents.xml', 'incidents.xsd'], ['incidents.xml.gz', 'incidents.xsd'], ['out/a.b.xml.zst', 'out/a.b.xsd'], ['plain', 'plain.xsd'], ['.hidden', '.hidden.xsd'], ['dir.d/plain', 'dir.d/plain.xsd']])(
  'what stands beside %s is called %s', (name, expected) => { expect(companionName(name, 'xsd')).toBe(expected); });
