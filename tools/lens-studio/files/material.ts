import { z } from 'zod';
import { UserError } from '../../../ml/core/errors.ts';
import {
  type Fields,
  fields,
  float,
  NULL_ID,
  own,
  reference,
  Tagged,
  type Value,
  Vector,
  vector,
} from '../yaml/value.ts';
import { write } from '../yaml/write.ts';
import { type Entity, isId, plain } from './entity.ts';

/** One to four numbers, or a texture by its asset's id. */
export type PropertyValue = readonly number[] | { readonly texture: string };

/** How a graph is drawn with. */
export interface MaterialPass {
  /** Asset id of the graph. */
  readonly graph: string;
  /** How the result is laid over what is there: `Normal`, `Add`, `Disabled`, … */
  readonly blend: string;
  readonly properties: ReadonlyMap<string, PropertyValue>;
}

/** By the count of numbers. */
const TYPES = [undefined, 1, 3, 4, 5];
const TEXTURE_TYPE = 9;

/**
 * Writes a material of one pass, drawn without depth, as those of images and post effects are.
 * @param ids of the material's asset and of its pass.
 */
export function writeMaterial(ids: { readonly asset: string; readonly pass: string }, pass: MaterialPass): string {
  const properties = [...pass.properties].map(([name, value]) => [name, property(value)] as const);
  return write([
    new Tagged(`Material/${ids.asset}`, fields({ PackagePath: '', PassesInfo: [own(ids.pass)] })),
    new Tagged(
      `PassInfo/${ids.pass}`,
      fields({
        CachedProperties: CACHED.map(([name, ...values]) => fields({ [`Port_${name}_N004`]: property(values) })),
        DepthWrite: false,
        DepthTest: false,
        DepthFunction: 'LessEqual',
        TwoSided: true,
        ColorMask: new Vector(['x', 'y', 'z', 'w'].map((channel) => [channel, true])),
        CullMode: 'Back',
        PolygonOffset: vector(0, 0),
        FrustumCulling: 'Auto',
        FrustumCullPad: float(0),
        InstanceCount: 1,
        Defines: [],
        BlendMode: pass.blend,
        Properties: fields(
          Object.fromEntries(
            [['PreviewEnabled', fields({ typeIdx: 0, value: 0 })] as const, ...properties].sort(([a], [b]) =>
              a < b ? -1 : 1,
            ),
          ),
        ),
        Pass: reference(pass.graph),
      }),
    ),
  ]);
}

/** What Lens Studio keeps of the ports of a graph's result, its node 4, to which nothing is connected. */
const CACHED: readonly (readonly [string, ...number[]])[] = [
  ['Depth', 1],
  ['FinalColor1', 1, 1, 1, 1],
  ['FinalColor2', 1, 1, 1, 1],
  ['FinalColor3', 1, 1, 1, 1],
  ['GSplatPointSize', 0],
  ['GSplatRotation', 0, 0, 0, 1],
  ['GSplatScale', 0, 0, 0],
  ['PrevWorldPosition', 0, 0, 0],
  ['RayDirection', 0, 1, 0],
  ['RayOrigin', 0, 0, 0],
  ['WorldNormal', 0, 1, 0],
  ['WorldPosition', 0, 0, 0],
  ['WorldTangent', 0, 0, 1],
];

function property(value: PropertyValue): Fields {
  if ('texture' in value)
    return fields({
      typeIdx: TEXTURE_TYPE,
      value: fields({
        id: value.texture,
        sampler: fields({
          filteringMode: 'Trilinear',
          wrapModeU: 'ClampToEdge',
          wrapModeV: 'ClampToEdge',
          wrapModeW: 'ClampToEdge',
          borderColor: vector(1, 1, 1, 1),
          mipmaps: false,
        }),
        type: 'Texture2D',
      }),
    });
  const held: Value = value.length === 1 ? float(value[0]) : vector(...value);
  return fields({ typeIdx: TYPES[value.length]!, value: held });
}

const id = z.string().refine(isId, 'expected an id');
const numbers = z.union([
  z.number().transform((one) => [one]),
  z
    .object({ x: z.number(), y: z.number(), z: z.number().optional(), w: z.number().optional() })
    .transform((given) => Object.values(given)),
]);
const passSchema = z.object({
  BlendMode: z.string().default('Disabled'),
  Properties: z.record(z.string(), z.object({ typeIdx: z.number(), value: z.unknown() })).default({}),
  Pass: id,
});
const textureSchema = z.object({ id });

/**
 * The passes of a material, in their order. Properties of types that are not known here, such as matrices, are left out.
 * @param entities of the `.mat`.
 * @throws UserError with the line if it has no material, or a pass that cannot be read.
 */
export function readMaterial(entities: readonly Entity[], path: string): MaterialPass[] {
  const material = entities.find(({ type }) => type === 'Material');
  if (material === undefined) throw new UserError(`${path}:1: found no Material; restore the file from a backup`);
  return material.links.map(({ id: pass, line }) => {
    const entity = entities.find((one) => one.id === pass);
    if (entity === undefined)
      throw new UserError(`${path}:${line}: found no PassInfo ${pass}; restore the file from a backup`);
    const read = passSchema.safeParse(plain(entity.fields));
    if (!read.success) {
      const [{ path: field, message }] = read.error.issues;
      throw new UserError(`${path}:${entity.line}: ${field.join('.')}: ${message}; restore the file from a backup`);
    }
    const { Pass, BlendMode, Properties } = read.data;
    const properties = Object.entries(Properties).flatMap(([name, { typeIdx, value }]) => {
      const known = typeIdx === TEXTURE_TYPE ? readTexture(value) : numbers.safeParse(value).data;
      return known ? [[name, known] as const] : [];
    });
    return { graph: Pass, blend: BlendMode, properties: new Map<string, PropertyValue>(properties) };
  });
}

function readTexture(value: unknown): PropertyValue | undefined {
  const texture = textureSchema.safeParse(value).data?.id;
  return texture === undefined || texture === NULL_ID ? undefined : { texture };
}
