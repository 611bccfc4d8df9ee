import type { TSType } from '@babel/types';
import type { LensType } from './script.ts';

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
