import type { OnnxModel, OnnxNode, OnnxValueInfo } from '../../onnx/model.ts';
import { Edit, nodeOf } from './edit.ts';
import { removeNoOperations } from './no-operations.ts';
import { CHANNELS_FIRST, imageView, isSides, reshaped, type Sides, type View } from './view.ts';

/** What `channelsFirst` has written so far, and how the source's tensors can be seen in it. */
export class LayoutWriter {
  readonly edit: Edit;
  readonly nodes: OnnxNode[] = [];
  readonly #views = new Map<string, View>();
  /** Names of tensors that were computed as the source has them. */
  readonly #plain = new Map<string, string>();

  /** @param shape of a tensor of the source, if it is fixed. */
  constructor(
    model: OnnxModel,
    readonly shape: (name: string) => readonly number[] | undefined,
  ) {
    this.edit = new Edit(model);
  }

  see(name: string, view: View): void {
    this.#views.set(name, view);
  }

  /** How a tensor of the source is an image; undefined for constants and others. */
  view(name: string): View | undefined {
    return this.#views.get(name);
  }

  /** Appends a node; the result has the name of a tensor of the source, or a new one. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: OnnxNode['attributes'] = {},
    name = this.edit.fresh(opType),
  ): string {
    this.nodes.push(nodeOf(opType, inputs, name, attributes));
    return name;
  }

  /** A node of the source on other inputs, its result an image that is seen in this shape. */
  keep(node: OnnxNode, inputs: readonly string[], sides: Sides, view: Partial<View> = {}): true {
    const base = this.edit.fresh(node.opType);
    this.nodes.push({ ...node, name: node.name || base, inputs, outputs: [base] });
    this.see(node.outputs[0], { ...imageView(base, sides), ...view });
    return true;
  }

  /** A tensor just as the source has it. */
  materialize(name: string): string {
    const view = this.#views.get(name);
    if (!view) return this.#plain.get(name) ?? name;
    const known = this.#plain.get(name);
    if (known !== undefined) return known;
    let at = this.#turned(view);
    const turned = view.order.map((axis) => view.sides[axis]);
    if (String(turned) !== String(view.shape)) at = this.add('Reshape', [at, this.edit.addIntegers(view.shape)]);
    this.#plain.set(name, at);
    return at;
  }

  /** A row of numbers as an image of one pixel. */
  pixel(view: View): View {
    const [, channels, height, width] = view.sides;
    if (height === 1 && width === 1) return view;
    const sides: Sides = [1, channels * height * width, 1, 1];
    const base = this.add('Reshape', [this.#turned(view), this.edit.addIntegers(sides)]);
    return reshaped(imageView(base, sides), view.shape);
  }

  /** The base of a view with its axes in the view's order. */
  #turned({ base, order }: View): string {
    if (String(order) === String(CHANNELS_FIRST)) return base;
    return this.add('Transpose', [base], { perm: { ints: order } });
  }

  /** A node of the source as it is. */
  plain(node: OnnxNode): void {
    const outputs = node.outputs.map((name) => (name === '' ? '' : this.edit.fresh(node.opType)));
    this.nodes.push({ ...node, inputs: node.inputs.map((name) => this.materialize(name)), outputs });
    for (const [at, name] of node.outputs.entries()) {
      const shape = this.shape(name);
      if (shape && isSides(shape)) this.see(name, imageView(outputs[at], shape));
      else this.#plain.set(name, outputs[at]);
    }
  }

  finish(inputs: readonly OnnxValueInfo[], outputs: readonly OnnxValueInfo[]): OnnxModel {
    return removeNoOperations(this.edit.finish(this.nodes, { inputs, outputs }));
  }
}
