import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fieldDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { issueCodeOf } from '../../contracts/issue-codes.ts';
import { parseTransforms, transformStepSchema, type TransformStep } from '../../contracts/transform.ts';
import { createCellEncoder } from '../../core/types/cell-encoder.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';
import { compileTransforms } from '../../core/transform/compile-transforms.ts';
import { TransformEncoder } from '../../core/transform/transform-encoder.ts';

interface Example { readonly steps: readonly TransformStep[]; readonly before: readonly string[]; readonly after: string }

const page = readFileSync(new URL('../../docs/transforms.md', import.meta.url), 'utf8');
const spans = (cell: string): readonly string[] => (cell === 'no column' ? [] : cell.split(' + ').map((span) => span.trim().slice(1, -1)));

/** Each block of steps with the rows of the table behind it. */
const examples: readonly Example[] = page.split('```json\n').slice(1).flatMap((block) => {
  const [json = '', rest = ''] = block.split('\n```\n');
  const table = (rest.split(/^(?:#|```)/m)[0] ?? '').split('\n').filter((line) => /^\| (`|no column)/.test(line));
  return table.map((line) => {
    const [, before = '', after = ''] = line.split(/(?<=[`a-zA-Z_]) ?\| ?|^\| /).map((cell) => cell.trim());
    return { steps: parseTransforms(JSON.parse(json), 'transforms'), before: spans(before), after: after.startsWith('`') ? after.slice(1, -1) : after };
  });
});

const outcomeOf = (steps: readonly TransformStep[], cells: readonly string[]): string => {
  const outcome = compileTransforms(steps, { type: 'text', columns: cells.length, at: 'transforms' }).run(cells.map((cell) => (cell === '' ? null : cell)));
  return outcome === null ? 'nothing' : typeof outcome === 'number' ? issueCodeOf(outcome) : outcome;
};

describe('docs/transforms.md', () => {
  it.each(examples.map((example) => [`${JSON.stringify(example.steps)} makes ${example.after} of ${example.before.join(' + ')}`, example] as const))(
    '%s', (_, { steps, before, after }) => { expect(outcomeOf(steps, before)).toBe(after); });

  it('says the same of the way that staging goes', () => {
    const field = fieldDefinitionSchema.parse({ name: 'f', type: 'text' });
    for (const { steps, before, after } of examples.filter((example) => example.before.length === 1 && example.before[0] !== '')) {
      const encoder = new TransformEncoder(compileTransforms(steps, { type: 'text', columns: 1, at: '' }), createCellEncoder(field, { zone: 'UTC' }));
      // Twice: the second time from memory.
      for (let turn = 0; turn < 2; turn += 1) {
        const out = new CopyBuffer(), bytes = Buffer.from(`x${before[0] ?? ''}x`);
        const finding = encoder.encode(bytes, 1, bytes.length - 1, out);
        expect([before, finding === 0 ? out.view().toString() : finding === -1 ? 'nothing' : issueCodeOf(finding)]).toEqual([before, after]);
      }
    }
  });

  it('shows every function that there is', () => {
    const shown = new Set<string>(examples.flatMap(({ steps }) => steps.map(({ fn }) => fn)));
    const names = transformStepSchema.options.map((option) => option.unwrap().shape.fn.value);
    expect(names.filter((name) => !shown.has(name))).toEqual([]);
    expect(examples.length).toBeGreaterThan(80);
  });
});
