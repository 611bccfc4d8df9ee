import type { PropertyType, Shader, ShaderProperty } from '../program.ts';
import { Vec2, Vec3, Vec4 } from './math.ts';
import { ScriptObjectStandIn } from './scene.ts';
import { StandInTexture } from './textures.ts';
import { BlendMode, StandInVisual } from './visuals.ts';

type PropertyValue = readonly number[] | StandInTexture | null;

/** What the pass of a graph has that Lens Studio could not compile. */
const MAIN_COLOR: readonly ShaderProperty[] = [
  { name: 'mainColor', type: 'vec4', default: [1, 1, 1, 1], uniforms: {} },
];

const AXES = ['x', 'y', 'z', 'w'] as const;
const SIZES: Readonly<Record<Exclude<PropertyType, 'texture'>, number>> = {
  float: 1,
  int: 1,
  bool: 1,
  vec2: 2,
  vec3: 3,
  vec4: 4,
};

/**
 * The pass of a material. What its graph declares can be read and set; anything else is undefined, as scripts in use rely
 * on, and setting it is an error here.
 */
export class StandInPass extends ScriptObjectStandIn {
  name = '';
  blendMode: number = BlendMode.Normal;
  depthTest = false;
  depthWrite = false;
  twoSided = false;
  /** By the name of the property; numbers of a vector, one number, or a texture. */
  readonly values = new Map<string, PropertyValue>();

  /** @param shader null for a graph that could not be compiled. */
  constructor(readonly shader: Shader | null) {
    super();
    for (const property of shader?.properties ?? MAIN_COLOR) {
      const { name, type } = property;
      if (name in this) continue;
      this.values.set(name, type === 'texture' ? null : sized(property.default, SIZES[type]));
      Object.defineProperty(this, name, {
        enumerable: true,
        get: () => liveValue(type, this.values.get(name)!),
        set: (value: unknown) => this.values.set(name, storedValue(property, value)),
      });
    }
    Object.preventExtensions(this);
  }

  /** Sets what a material's file holds; it may hold values of properties that its graph no longer has. */
  initialize(name: string, value: PropertyValue): void {
    const property = this.shader?.properties.find((one) => one.name === name);
    if (property === undefined || !this.values.has(name)) return;
    const isTexture = value === null || value instanceof StandInTexture;
    if (isTexture === (property.type === 'texture'))
      this.values.set(name, isTexture ? value : sized(value, SIZES[property.type as keyof typeof SIZES]));
  }
}

/** Scripts get copies, as in Lens Studio. */
function liveValue(type: PropertyType, value: PropertyValue): unknown {
  if (value === null || value instanceof StandInTexture) return value;
  const [x, y, z, w] = value;
  if (type === 'vec2') return new Vec2(x, y);
  if (type === 'vec3') return new Vec3(x, y, z);
  if (type === 'vec4') return new Vec4(x, y, z, w);
  return type === 'bool' ? x !== 0 : x;
}

function storedValue({ name, type }: ShaderProperty, value: unknown): PropertyValue {
  const refuse = (expected: string): never => {
    throw new Error(`the property ${name} of a pass takes ${expected}`);
  };
  if (type === 'texture') {
    if (value === null || value === undefined || value instanceof StandInTexture) return value ?? null;
    return refuse('a Texture');
  }
  const size = SIZES[type];
  const numbers = size === 1 ? [Number(value)] : AXES.slice(0, size).map((axis) => (value as vec4 | null)?.[axis]);
  return numbers.every((number) => typeof number === 'number' && !Number.isNaN(number))
    ? (numbers as number[])
    : refuse(size === 1 ? 'a number' : `a ${type}`);
}

/** As many numbers as a type has. */
function sized(numbers: readonly number[], size: number): number[] {
  return Array.from({ length: size }, (_, at) => numbers[at] ?? 0);
}

/** A material of one pass. */
export class StandInMaterial extends ScriptObjectStandIn {
  readonly mainPass: StandInPass;

  constructor(
    shader: Shader | null,
    public name = 'material',
  ) {
    super();
    this.mainPass = new StandInPass(shader);
  }

  clone(): StandInMaterial {
    const { mainPass } = this;
    const copy = new StandInMaterial(mainPass.shader, this.name);
    const { blendMode, depthTest, depthWrite, twoSided } = mainPass;
    Object.assign(copy.mainPass, { blendMode, depthTest, depthWrite, twoSided });
    for (const [name, value] of mainPass.values) copy.mainPass.values.set(name, value);
    return copy;
  }

  getPass = (index: number): StandInPass => [this.mainPass][index];
  getPassCount = () => 1;
}

/** Draws the first of its materials. */
export class StandInMaterialVisual extends StandInVisual {
  materials: StandInMaterial[] = [];

  get mainMaterial(): StandInMaterial {
    return this.materials[0];
  }

  set mainMaterial(material: StandInMaterial) {
    if (!(material instanceof StandInMaterial)) throw new Error('mainMaterial takes a Material');
    this.materials[0] = material;
  }

  get mainPass(): StandInPass {
    return this.materials[0]?.mainPass;
  }

  addMaterial(material: StandInMaterial): void {
    this.materials.push(material);
  }

  clearMaterials(): void {
    this.materials = [];
  }

  getMaterial = (index: number) => this.materials[index];
  getMaterialsCount = () => this.materials.length;
}

export class StandInImage extends StandInMaterialVisual {
  flipX = false;
  flipY = false;
  rotationAngle = 0;
  pivot = new Vec2(0, 0);
}

export class StandInPostEffect extends StandInMaterialVisual {}

export const components = { Image: StandInImage, PostEffectVisual: StandInPostEffect };
