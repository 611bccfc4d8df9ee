import { parse } from '@babel/parser';
import type * as babel from '@babel/types';

/** What a file of TypeScript declarations says: each class, member, function or value, and its type in a plain form. */
export type Declarations = ReadonlyMap<string, string>;

/**
 * Reads declarations. Static methods of a class and functions of a namespace of the same name are the same; overloads
 * are joined; names of parameters, comments and modifiers do not matter.
 */
export function readDeclarations(source: string): Declarations {
  const { program } = parse(source, { sourceType: 'script', plugins: [['typescript', { dts: true }]] });
  const found = new Map<string, string>();
  const add = (name: string, type: string) => {
    const before = found.get(name);
    found.set(name, before === undefined || before === type ? type : `${before} & ${type}`);
  };
  const text = (node: babel.Node | null | undefined): string =>
    node ? plain(source.slice(node.start ?? 0, node.end ?? 0)) : '';
  /** `: T` without the colon. */
  const annotation = (node: babel.Node | null | undefined): string => text(node).replace(/^:/, '');
  const parameters = (nodes: readonly babel.Node[]): string =>
    nodes
      .map((node) => {
        const { optional = false, typeAnnotation } = node as babel.Identifier;
        return `${optional ? '?' : ''}${annotation(typeAnnotation)}`;
      })
      .join(',');

  const readClass = (node: babel.ClassDeclaration | babel.TSInterfaceDeclaration, scope: string) => {
    const name = scope + (node.id as babel.Identifier).name;
    const parent = node.type === 'ClassDeclaration' ? text(node.superClass) : '';
    add(name, `${text(node.typeParameters)} extends ${parent}`);
    for (const member of node.body.body) readMember(member, name);
  };
  const readMember = (member: babel.Node, owner: string) => {
    if (member.type === 'TSIndexSignature') add(`${owner}[]`, annotation(member.typeAnnotation));
    if (member.type === 'ClassProperty' || member.type === 'TSPropertySignature')
      add(`${owner}.${keyOf(member.key)}`, annotation(member.typeAnnotation));
    if (member.type === 'TSDeclareMethod')
      add(
        `${owner}.${keyOf(member.key)}`,
        `${member.accessibility ?? ''}${text(member.typeParameters)}(${parameters(member.params)})=>${annotation(member.returnType)}`,
      );
    if (member.type === 'TSMethodSignature')
      add(
        `${owner}.${keyOf(member.key)}`,
        `${text(member.typeParameters)}(${parameters(member.parameters)})=>${annotation(member.typeAnnotation)}`,
      );
  };
  const read = (node: babel.Node, scope: string): void => {
    if (node.type === 'ExportNamedDeclaration' && node.declaration) read(node.declaration, scope);
    if (node.type === 'ClassDeclaration' || node.type === 'TSInterfaceDeclaration') readClass(node, scope);
    if (node.type === 'TSModuleDeclaration' && node.body.type === 'TSModuleBlock')
      for (const inner of node.body.body) read(inner, `${scope}${keyOf(node.id)}.`);
    if (node.type === 'TSEnumDeclaration')
      for (const member of node.body?.members ?? node.members ?? [])
        add(`${scope}${node.id.name}.${keyOf(member.id)}`, 'enum');
    if (node.type === 'TSDeclareFunction')
      add(`${scope}${node.id?.name}`, `(${parameters(node.params)})=>${annotation(node.returnType)}`);
    if (node.type === 'VariableDeclaration')
      for (const { id } of node.declarations)
        if (id.type === 'Identifier') add(`${scope}${id.name}`, annotation(id.typeAnnotation));
  };
  for (const node of program.body) read(node, '');
  return found;
}

function keyOf(key: babel.Node): string {
  return key.type === 'StringLiteral' ? key.value : (key as babel.Identifier).name;
}

/** Without white space, brackets around unions and the difference of `any` and `unknown`, which is the linter's wish. */
function plain(type: string): string {
  return type
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, '')
    .replace(/^(:?)\(([^()]*\|[^()]*)\)$/, '$1$2')
    .replace(/\bunknown\b/g, 'any');
}
