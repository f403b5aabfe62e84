/** Writes docs/errors.md from contracts/errors.ts and contracts/issue-codes.ts; test/policy/files.test.ts compares. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { checkoutFolder } from './checkout.mjs';

const load = async (path) => {
  const { outputFiles } = await build({ entryPoints: [join(checkoutFolder, path)], bundle: true, write: false, format: 'esm', platform: 'node', packages: 'external' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
};

const { errorKinds } = await load('contracts/errors.ts');
const { issueKinds } = await load('contracts/issue-codes.ts');
const cell = (text) => text.replaceAll('|', '\\|');
const errorRow = ([code, { retryable, ends, says, remedy }]) => `| \`${code}\` | ${cell(says)} | ${retryable ? 'yes' : 'no'} | ${ends} | ${cell(remedy)} |`;
const issueRow = ([code, { severity, message }]) => `| \`${code}\` | ${severity} | ${cell(message)} |`;

writeFileSync(join(checkoutFolder, 'docs', 'errors.md'), `# Errors and issues

An **error** is about a job, a request or the stack as a whole. It has a code that never changes its meaning, a sentence with the place
(row, line, column, byte, SQLSTATE …) and a remedy. An **issue** is about a cell or a row: the row goes to quarantine when the severity is
error, and the job goes on within its limits. Neither ever holds a value of the file.

This page is written from \`contracts/errors.ts\` and \`contracts/issue-codes.ts\` by \`node scripts/generate-error-docs.mjs\`.

## Errors

"Tried again": by the engine, without anybody doing anything, with growing pauses.

| code | what happened | tried again | the job ends | what to do |
|---|---|---|---|---|
${Object.entries(errorKinds).map(errorRow).join('\n')}

## Issues

| code | severity | what is wrong and how to mend it |
|---|---|---|
${Object.entries(issueKinds).map(issueRow).join('\n')}
`);
