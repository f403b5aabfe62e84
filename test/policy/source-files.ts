/** The project's own sources as the policies see them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';

export const readText = (path: string): string => readFileSync(join(checkoutFolder, path), 'utf8');

const skipped = new Set(['node_modules', 'dist', '.git', '.waybill']);

/** Paths relative to the checkout, of every file that `wanted` takes. */
export const findFiles = (folder: string, wanted: (path: string) => boolean): readonly string[] => {
  const root = join(checkoutFolder, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : findFiles(path, wanted);
    return wanted(path) ? [path] : [];
  });
};

export interface ImportedName {
  /** As written. */
  readonly specifier: string;
  /** Relative to the checkout for a relative import; null for a package or built-in. */
  readonly file: string | null;
  readonly typeOnly: boolean;
}

const isTypeOnly = (node: ts.ImportDeclaration | ts.ExportDeclaration): boolean => {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  return clause.name === undefined && bindings !== undefined && ts.isNamedImports(bindings)
    && bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
};

/** Static, re-exporting and dynamic imports with a literal specifier, and `new URL('./x', import.meta.url)` is none of them. */
export const importsOf = (path: string): readonly ImportedName[] => {
  const source = ts.createSourceFile(path, readText(path), ts.ScriptTarget.ESNext, true);
  const found: ImportedName[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const file = specifier.startsWith('.') ? relative(checkoutFolder, resolve(checkoutFolder, dirname(path), specifier)) : null;
    found.push({ specifier, file, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier))
      add(node.moduleSpecifier.text, isTypeOnly(node));
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteral(argument)) add(argument.text, false);
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal))
      add(node.argument.literal.text, true);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};
