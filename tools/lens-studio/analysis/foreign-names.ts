import { parse } from '@babel/parser';
import { NodePath, type Visitor } from '@babel/traverse';
import type { Identifier } from '@babel/types';

/** Globals of browsers and Node that scripts from elsewhere use and Lens Studio lacks. */
const FOREIGN = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'requestAnimationFrame',
  'queueMicrotask',
  'fetch',
  'XMLHttpRequest',
  'document',
  'window',
  'navigator',
  'localStorage',
  'performance',
  'process',
  'Buffer',
  '__dirname',
  'alert',
]);
const ANY_FOREIGN = new RegExp(`\\b(${[...FOREIGN].join('|')})\\b`);
/** Characters in statements to analyze: scopes take 250 bytes of memory for each of them, and the thread has 1 GB. */
const MAX_CHARACTERS = 1_000_000;

/** A name in a script, and its line from 1. */
export interface Name {
  readonly name: string;
  readonly line: number;
}

/**
 * Foreign globals that a script uses as values without a declaration or import in scope, each where it is first used.
 * @param text TypeScript that parses.
 * @returns nothing for scripts with over a million characters in statements that contain such names.
 */
export function foreignNames(text: string): Name[] {
  if (!ANY_FOREIGN.test(text)) return [];
  const file = parse(text, { sourceType: 'module', plugins: ['typescript', 'decorators-legacy'] });
  // A statement that uses or declares one of the names contains it; scopes of the others would only take time.
  const body = file.program.body.filter(({ start, end }) => ANY_FOREIGN.test(text.slice(start!, end!)));
  if (body.reduce((total, { start, end }) => total + end! - start!, 0) > MAX_CHARACTERS) return [];
  file.program.body = body;
  const uses: NodePath<Identifier>[] = [];
  try {
    const program = NodePath.get({ parentPath: null, parent: file, container: file, key: 'program' });
    program.setContext();
    program.traverse(VISITOR, uses);
  } catch (thrown) {
    // The library rejects an import that is declared again, and overflows the stack on chains of thousands of calls. The
    // first is left to the type check; the second works in Lens Studio.
    if (thrown instanceof TypeError || thrown instanceof RangeError) return [];
    throw thrown;
  }
  const first = new Map<string, Name>();
  for (const { node, scope } of uses)
    if (!first.has(node.name) && !scope.getBinding(node.name) && !scope.getData(node.name))
      first.set(node.name, { name: node.name, line: node.loc!.start.line });
  return [...first.values()];
}

/** Collects foreign names. The library's scopes lack what TypeScript declares by other means, so it is noted here. */
const VISITOR: Visitor<NodePath<Identifier>[]> = {
  ReferencedIdentifier(path, uses) {
    if (path.isIdentifier() && FOREIGN.has(path.node.name)) uses.push(path);
  },
  'TSEnumDeclaration|TSModuleDeclaration|TSDeclareFunction'(path) {
    const { node, scope } = path;
    if ('id' in node && node.id?.type === 'Identifier') scope.setData(node.id.name, true);
    if (path.isTSDeclareFunction()) path.skip();
  },
  TSParameterProperty({ node: { parameter }, scope }) {
    const name = parameter.type === 'Identifier' ? parameter : parameter.left;
    if (name.type === 'Identifier') scope.setData(name.name, true);
  },
  /** Of `declare global { … }`. */
  TSModuleBlock({ parent, scope }) {
    if (parent.type !== 'TSModuleDeclaration' || parent.kind !== 'global') return;
    for (const name of Object.keys(scope.bindings)) scope.getProgramParent().setData(name, true);
  },
  // Types are gone when the script runs, and the library takes their names for values.
  'TSType|TSTypeParameterDeclaration|TSInterfaceDeclaration|TSTypeAliasDeclaration|TSIndexSignature|TSDeclareMethod'(
    path,
  ) {
    path.skip();
  },
};
