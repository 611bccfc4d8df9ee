import type { Expression, Node } from '@babel/types';
import type { Literal } from './script.ts';

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
