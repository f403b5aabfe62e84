import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../cli/program.ts';
import { exitCodes, unavailableExitCode, usageExitCode } from '../../contracts/job-states.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

const leavesOf = (command: Command, path: string): readonly { readonly usage: string; readonly command: Command }[] =>
  command.commands.flatMap((child) => {
    const name = `${path} ${child.name()}`;
    if (child.commands.length > 0) return leavesOf(child, name);
    return [{ usage: [name, ...child.registeredArguments.map((argument) => `<${argument.name()}>`)].join(' '), command: child }];
  });

const sections = new Map(page.split(/^### /m).slice(1).map((section) => {
  const [title = ''] = section.split('\n');
  const body = section.split(/^## /m)[0] ?? '';
  return [title.replaceAll('`', ''), body] as const;
}));

const leaves = leavesOf(createProgram(), 'waybill');

describe('docs/cli.md', () => {
  it('has a section for every command of the program, and none besides', () => {
    expect([...sections.keys()].sort()).toEqual(leaves.map(({ usage }) => usage).sort());
  });
  it.each(leaves.map(({ usage, command }) => [usage, command] as const))('lists the options of `%s` as the program has them', (usage, command) => {
    const documented = [...(sections.get(usage) ?? '').matchAll(/^- `(--[^`]+)`/gm)].map((match) => match[1]);
    expect(documented).toEqual(command.options.map((option) => option.flags));
  });
  it('lists every exit code of the contract', () => {
    const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(codes).toEqual([...new Set([...Object.values(exitCodes), usageExitCode, unavailableExitCode, 130])].sort((a, b) => a - b));
  });
  it('finds --json on every command that talks to the API', () => {
    const withoutJson = leaves.filter(({ command }) => !command.options.some((option) => option.long === '--json')).map(({ usage }) => usage.split(' ')[1]);
    expect(withoutJson.sort()).toEqual(['backup', 'demo', 'migrate', 'reset', 'restore', 'up']);
  });
});
