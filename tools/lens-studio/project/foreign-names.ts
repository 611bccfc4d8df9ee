import { parse } from '@babel/parser';

/** Globals of browsers and Node that scripts of other places call and Lens Studio has not. */
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

/** A name in a script, and its line from 1. */
export interface Name {
  readonly name: string;
  readonly line: number;
}

type Node = { type: string; name?: string; loc?: { start: { line: number } } } & Record<string, unknown>;

/**
 * Foreign globals that a script uses and does not declare or import itself, each where it is first used.
 * @param text TypeScript that parses.
 */
export function foreignNames(text: string): Name[] {
  // Most scripts hold none of the words, and need no second look.
  if (![...FOREIGN].some((name) => text.includes(name))) return [];
  const { program } = parse(text, { sourceType: 'module', plugins: ['typescript', 'decorators-legacy'] });
  const used = new Map<string, Name>();
  const declared = new Set<string>();
  visit(program as unknown as Node, used, declared);
  return [...used.values()].filter(({ name }) => !declared.has(name));
}

/** Where an identifier stands for a name of its own rather than for a variable. */
const DECLARING = ['id', 'params', 'local', 'param', 'left'];
const NAMING: Readonly<Record<string, string>> = {
  MemberExpression: 'property',
  OptionalMemberExpression: 'property',
  ObjectProperty: 'key',
  ObjectMethod: 'key',
  ClassProperty: 'key',
  ClassMethod: 'key',
  TSPropertySignature: 'key',
  TSMethodSignature: 'key',
  TSQualifiedName: 'right',
  ImportSpecifier: 'imported',
  ExportSpecifier: 'exported',
  LabeledStatement: 'label',
  TSEnumMember: 'id',
};

function visit(node: Node, used: Map<string, Name>, declared: Set<string>): void {
  const naming = NAMING[node.type];
  for (const [key, value] of Object.entries(node)) {
    if (key === 'loc' || (key === naming && node.computed !== true)) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type !== 'string') continue;
      if (child.type === 'Identifier' && FOREIGN.has(child.name)) {
        if (DECLARING.includes(key)) declared.add(child.name);
        else if (!used.has(child.name)) used.set(child.name, { name: child.name, line: child.loc.start.line });
      }
      visit(child, used, declared);
    }
  }
}
