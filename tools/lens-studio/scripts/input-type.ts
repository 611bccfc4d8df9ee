import type { Expression, Node, TSType } from '@babel/types';
import type { LensType, Literal } from './script.ts';

/** Names that TypeScript and Lens Studio write differently. */
const RENAMED: Record<string, string> = { number: 'float', boolean: 'bool' };

const VALUES = /^(float|int|bool|string|number|boolean|vec[234]|quat|mat[234]|SceneObject)$/;

/** Classes of Lens Studio that are assets; every other class of its API that can be an input is a component. */
const ASSETS =
  /(Asset|Module|Mesh|Scope|Track|Prefab|Project)$|^(Texture|Material|Font|Matter|SegmentationModel|WorldSettingsAsset)$/;

/**
 * Lens Studio's type of an input.
 * @param own names that the file declares or imports, which are the project's own component classes.
 * @param earlier how many inputs of such classes stand before: Lens Studio numbers them.
 */
export function lensType(type: TSType | undefined, own: ReadonlySet<string>, earlier: number): LensType {
  const { name, isArray } = elementOf(type);
  if (name === 'any' || own.has(name))
    return { name: earlier === 0 ? 'AssignableType' : `AssignableType_${earlier}`, isArray, className: name };
  return { ...named(name), isArray };
}

/** The type that `@input('int[]')` names. */
export function overriddenType(text: string): LensType {
  const isArray = text.endsWith('[]');
  const name = isArray ? text.slice(0, -2) : text;
  return /^(Asset|Component)\./.test(name)
    ? { name, isArray, className: undefined }
    : { ...named(name, false), isArray };
}

function named(typescript: string, rename = true): LensType {
  const name = (rename && RENAMED[typescript]) || typescript;
  const room = VALUES.test(name) ? '' : ASSETS.test(name) ? 'Asset.' : 'Component.';
  return { name: room + name, isArray: false, className: undefined };
}

function elementOf(type: TSType | undefined): { name: string; isArray: boolean } {
  switch (type?.type) {
    case 'TSArrayType':
      return { ...elementOf(type.elementType), isArray: true };
    case 'TSParenthesizedType':
      return elementOf(type.typeAnnotation);
    // Where an input may be empty, its type says so.
    case 'TSUnionType': {
      const named = type.types.find(({ type }) => type !== 'TSUndefinedKeyword' && type !== 'TSNullKeyword');
      return elementOf(named);
    }
    case 'TSNumberKeyword':
      return { name: 'number', isArray: false };
    case 'TSStringKeyword':
      return { name: 'string', isArray: false };
    case 'TSBooleanKeyword':
      return { name: 'boolean', isArray: false };
    case 'TSTypeReference': {
      const name = type.typeName.type === 'Identifier' ? type.typeName.name : type.typeName.right.name;
      const [element] = type.typeParameters?.params ?? [];
      return name === 'Array' && element ? { ...elementOf(element), isArray: true } : { name, isArray: false };
    }
    default:
      return { name: 'any', isArray: false };
  }
}

/** The value of an expression that is a literal or an array of them; undefined for one that is computed. */
export function literalOf(node: Expression): Literal | undefined {
  switch (node.type) {
    case 'NumericLiteral':
    case 'StringLiteral':
    case 'BooleanLiteral':
      return node.value;
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? (node.quasis[0].value.cooked ?? undefined) : undefined;
    case 'UnaryExpression': {
      const value = literalOf(node.argument);
      return node.operator === '-' && typeof value === 'number' ? -value : undefined;
    }
    case 'TSAsExpression':
      return literalOf(node.expression);
    case 'ArrayExpression':
      return listOf(node.elements);
    case 'NewExpression':
      return node.callee.type === 'Identifier' && /^(vec[234]|quat)$/.test(node.callee.name)
        ? listOf(node.arguments)
        : undefined;
    default:
      return undefined;
  }
}

function listOf(nodes: readonly (Node | null)[]): Literal[] | undefined {
  const items = nodes.map((node) => (node ? literalOf(node as Expression) : undefined));
  return items.every((item) => item !== undefined) ? items : undefined;
}

/**
 * The value of a default that is given as text to `@input(type, text)`: numbers in braces, or one value.
 * Items are taken as they stand, since the type says what they are.
 */
export function overriddenDefault(text: string): Literal {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inner === undefined) return scalar(text);
  return inner.trim() === '' ? [] : inner.split(',').map(scalar);
}

function scalar(text: string): Literal {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
  const number = Number(trimmed);
  return trimmed !== '' && !Number.isNaN(number) ? number : trimmed.replace(/^(['"])(.*)\1$/, '$2');
}
