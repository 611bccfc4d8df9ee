import { sizeOf } from '../../nn/graph.ts';
import { DATA_TYPE, type OnnxModel, type OnnxNode, type OnnxValueInfo } from '../../onnx/model.ts';
import { inferShapes } from '../../onnx/shapes/infer.ts';
import { isFixed, type Known } from '../../onnx/shapes/known.ts';
import { fedInputs, nodeOf } from './edit.ts';
import { LAYOUT_RULES } from './layout-rules.ts';
import { LayoutWriter } from './layout-writer.ts';
import { CHANNELS_LAST, imageView, isImage, isRow, isSides, type Sides, type View } from './view.ts';

/** Channels of a picture. */
const MAX_CHANNELS = 4;

/**
 * Writes every tensor as an image with the channels first, [1, C, H, W], the only layout of SnapML's ONNX importer. Transpose,
 * Reshape, Flatten and Squeeze become ways of seeing such an image (see `View`), and vanish; matrices with constant weights
 * become convolutions, means over places become GlobalAveragePool. Inputs with the channels last change sides, and rows that the
 * model gives become images of one pixel. What cannot be seen so is computed as it was.
 * @param model of fixed shapes, in operator set 11.
 */
export function channelsFirst(model: OnnxModel): OnnxModel {
  const known = inferShapes(model);
  const writer = new LayoutWriter(model, (name) => fixedShape(known.get(name)));
  const inputs = fedInputs(model).map((input): OnnxValueInfo => {
    const shape = fixedShape(known.get(input.name));
    if (!shape || !isSides(shape) || input.elementType !== DATA_TYPE.float) return input;
    const [, height, width, channels] = shape;
    const isLast = channels <= MAX_CHANNELS && shape[1] > MAX_CHANNELS;
    const sides: Sides = isLast ? [1, channels, height, width] : shape;
    writer.see(
      input.name,
      isLast ? { base: input.name, sides, order: CHANNELS_LAST, shape } : imageView(input.name, sides),
    );
    return { ...input, shape: [...sides] };
  });
  for (const node of model.graph.nodes) rewrite(node, writer);
  const outputs = model.graph.outputs.map((output) => outputOf(output, writer));
  return writer.finish(inputs, outputs);
}

function rewrite(node: OnnxNode, writer: LayoutWriter): void {
  const rule = node.domain === '' && Object.hasOwn(LAYOUT_RULES, node.opType) ? LAYOUT_RULES[node.opType] : undefined;
  const views = node.inputs.map((name) => writer.view(name));
  if (views.some((view) => view !== undefined) && rule?.(node, writer)) return;
  writer.plain(node);
}

/** An output as an image with the channels first, if it is one or a row. */
function outputOf(output: OnnxValueInfo, writer: LayoutWriter): OnnxValueInfo {
  const view = writer.view(output.name);
  const base =
    view && (isRow(view) || sizeOf(view.shape) === sizeOf(view.sides.slice(0, 2)) || isSeen(view)) ? view : undefined;
  const name = base ? base.base : writer.materialize(output.name);
  // An input, or a tensor that is another output, is copied.
  if (name !== output.name) writer.nodes.push(nodeOf('Identity', [name], output.name));
  return { ...output, shape: base ? [...base.sides] : (writer.shape(output.name) ?? null) };
}

const isSeen = (view: View) => isImage(view) || view.shape.length === 4;

const fixedShape = (tensor: Known | undefined): readonly number[] | undefined =>
  tensor && isFixed(tensor.shape) ? tensor.shape : undefined;
