// @ts-check
/**
 * The project's habits as rules: budgets, no floating promises, no bare errors, and who may import whom. The table of the rooms
 * (docs/architecture.md) stands once, in test/policy/rooms.json; test/policy/imports.test.ts holds it to the resolved import graph.
 */
import { readFileSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/**
 * A room's code may import its own folder, `folders` (a folder, or a folder or file in one), types of `typesOf`, and these packages and
 * built-ins.
 * @type {Readonly<Record<string, { folders: string[], typesOf: string[], packages: string[] | 'any', builtins: string[] | 'any' }>>}
 */
const rooms = JSON.parse(readFileSync(new URL('test/policy/rooms.json', import.meta.url), 'utf8'));

const typed = ['**/*.ts'];
const sources = Object.keys(rooms).map((room) => `${room}/**/*.ts`);

/** Relative imports of a room that is not allowed, and packages by name. */
const roomRules = Object.entries(rooms).map(([room, { folders, typesOf, packages, builtins }]) => {
  const closed = Object.keys(rooms).filter((other) => other !== room && !folders.some((allowed) => allowed === other || allowed.startsWith(`${other}/`)));
  const patterns = [
    ...closed.filter((other) => !typesOf.includes(other)).map((other) => ({ regex: `^(\\.\\./)+${other}/`, message: `${room}/ may not import ${other}/.` })),
    ...typesOf.map((other) => ({ regex: `^(\\.\\./)+${other}/`, allowTypeImports: true, message: `${room}/ may import types of ${other}/ only.` })),
    ...(packages === 'any' ? [] : [{ regex: `^(?!\\.|node:|(${packages.join('|')})(/|$))`, message: `${room}/ may import these packages only: ${packages.join(', ') || 'none'}.` }]),
    ...(builtins === 'any' ? [] : [{ regex: `^node:(?!(${builtins.join('|') || 'none'})$)`, message: `${room}/ may import these built-ins only: ${builtins.join(', ') || 'none'}.` }]),
  ];
  return { files: [`${room}/**/*.ts`], rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] } };
});

const budgets = {
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true, IIFEs: true }],
  'max-params': ['error', 4],
};

const restricted = [
  { selector: 'ThrowStatement > NewExpression[callee.name="Error"]', message: 'Throw a WaybillError with a code of contracts/errors.ts.' },
  { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.waybill/', '**/generated/'] },
  { files: typed, extends: [tseslint.configs.recommendedTypeChecked], languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    files: typed,
    rules: {
      eqeqeq: 'error',
      ...budgets,
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { allowDefaultCaseForExhaustiveSwitch: false, considerDefaultExhaustiveForUnions: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  { files: sources, rules: { 'no-console': 'error', '@typescript-eslint/no-non-null-assertion': 'error', 'no-restricted-syntax': ['error', ...restricted, { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' }] } },
  ...roomRules,
  // A describe block is no function in the sense of the budget.
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.js', '**/*.mjs'], languageOptions: { parserOptions: { projectService: false } }, rules: { eqeqeq: 'error', ...budgets } },
);
