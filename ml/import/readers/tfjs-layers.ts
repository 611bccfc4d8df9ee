import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import type { OnnxModel } from '../../onnx/model.ts';
import { type Numbers, OnnxBuilder } from './builder.ts';
import { writeLayer } from './keras-layers.ts';

const LayerSchema = z.object({
  class_name: z.string(),
  name: z.string().optional(),
  config: z.unknown(),
  inbound_nodes: z.array(z.unknown()).optional(),
});
type LayerJson = z.infer<typeof LayerSchema>;

/** Keras wrote a Sequential's layers as its configuration before version 2.2.3. */
const SequentialSchema = z.union([
  z.array(LayerSchema).transform((layers) => ({ layers, name: undefined })),
  z.object({ layers: z.array(LayerSchema), name: z.string().optional() }),
]);
const reference = z.tuple([z.string(), z.number().int(), z.number().int()]).rest(z.unknown());
const references = z.union([reference.transform((one) => [one]), z.array(reference)]);
const FunctionalSchema = z.object({
  layers: z.array(LayerSchema),
  input_layers: references,
  output_layers: references,
});

/** Networks inside of networks, as Teachable Machine has them two deep. */
const MAX_DEPTH = 8;
const NETWORKS: readonly string[] = ['Sequential', 'Model', 'Functional'];

/**
 * Writes a Keras network, as a TensorFlow.js layers model describes it, in ONNX.
 * @param topology of the model.json.
 * @param file for messages.
 * @throws UserError if it has a layer that cannot be written, or is no network of one picture.
 */
export function networkOfLayers(
  topology: Readonly<Record<string, unknown>>,
  weights: ReadonlyMap<string, Numbers>,
  file: string,
): OnnxModel {
  const config = topology['model_config'] ?? topology;
  const writer = new LayersWriter(new OnnxBuilder(), weights, file);
  return writer.whole(parsed(LayerSchema, typeof config === 'string' ? JSON.parse(config) : config, file));
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, file: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  throw new UserError(
    `${file}: the network is not described as Keras does it: ${path.join('.')}: ${message}; export the model again`,
  );
}

class LayersWriter {
  #shape: readonly number[] | undefined;

  constructor(
    private readonly builder: OnnxBuilder,
    private readonly weights: ReadonlyMap<string, Numbers>,
    private readonly file: string,
  ) {}

  whole(model: LayerJson): OnnxModel {
    const output = this.#network(model, ['image'], 0);
    if (!this.#shape)
      throw new UserError(
        `${this.file}: the network does not say the shape of its input; export it again with input_shape`,
      );
    return this.builder.finish([{ name: 'image', shape: this.#shape }], [output], 'TensorFlow.js');
  }

  #network({ class_name, config }: LayerJson, inputs: readonly string[], depth: number): string {
    if (depth > MAX_DEPTH)
      throw new UserError(
        `${this.file}: its networks are more than ${MAX_DEPTH} deep in each other; choose another model`,
      );
    if (class_name === 'Sequential') {
      const { layers } = parsed(SequentialSchema, config, this.file);
      return layers.reduce((x, layer) => this.#layer(layer, [x], depth), inputs[0]);
    }
    const { layers, input_layers, output_layers } = parsed(FunctionalSchema, config, this.file);
    if (input_layers.length !== inputs.length || output_layers.length !== 1) {
      throw new UserError(
        `${this.file} has ${input_layers.length} inputs and ${output_layers.length} outputs; expected one picture and one list of classes: choose such a model`,
      );
    }
    // Each call of a layer has a result of its own.
    const results = new Map<string, string>();
    const key = (name: string, call: number) => `${call} ${name}`;
    for (const [at, [name]] of input_layers.entries()) results.set(key(name, 0), inputs[at]);
    for (const layer of layers) {
      const name = layer.name ?? nameOf(layer.config);
      if (layer.class_name === 'InputLayer') {
        this.#layer(layer, inputs, depth);
        continue;
      }
      for (const [call, node] of (layer.inbound_nodes ?? []).entries()) {
        const sources = parsed(z.array(reference), node, this.file).map(([source, sourceCall]) => {
          const result = results.get(key(source, sourceCall));
          if (result === undefined)
            throw new UserError(
              `${this.file}: layer ${name} reads ${source}, which comes later; export the model again`,
            );
          return result;
        });
        results.set(key(name, call), this.#layer({ ...layer, name }, sources, depth));
      }
    }
    const [[last, call]] = output_layers;
    const result = results.get(key(last, call));
    if (result === undefined)
      throw new UserError(`${this.file}: no layer ${last} gives the output; export the model again`);
    return result;
  }

  #layer(layer: LayerJson, inputs: readonly string[], depth: number): string {
    const { class_name, config } = layer;
    const shape = inputShape(config);
    if (shape && depth >= 0 && !this.#shape) this.#shape = this.#fixed(shape);
    if (NETWORKS.includes(class_name)) return this.#network(layer, inputs, depth + 1);
    const name = nameOf(config) || (layer.name ?? '');
    const weight = (part: string) => this.weights.get(`${name}/${part}`) ?? this.#nested(`/${name}/${part}`);
    return writeLayer({ builder: this.builder, file: this.file, kind: class_name, name, config, inputs, weight });
  }

  /** Weights of inner networks may begin with the names of these. */
  #nested(ending: string): Numbers | undefined {
    const found = [...this.weights.keys()].filter((key) => key.endsWith(ending));
    return found.length === 1 ? this.weights.get(found[0]) : undefined;
  }

  #fixed([, ...sides]: readonly (number | null)[]): readonly number[] {
    if (sides.length === 3 && sides.every((side) => side !== null && side > 0)) return [1, ...(sides as number[])];
    throw new UserError(
      `${this.file} has the input [${['batch', ...sides.map((side) => side ?? '?')]}]; expected a picture of fixed size [batch, height, width, channels]: choose an image model`,
    );
  }
}

const nameOf = (config: unknown): string => z.object({ name: z.string() }).safeParse(config).data?.name ?? '';

function inputShape(config: unknown): readonly (number | null)[] | undefined {
  const shape = z.array(z.number().int().nullable());
  const data = z.object({ batch_input_shape: shape.optional(), batch_shape: shape.optional() }).safeParse(config).data;
  return data?.batch_input_shape ?? data?.batch_shape;
}
