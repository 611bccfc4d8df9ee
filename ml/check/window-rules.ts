import { int, ints, text } from '../onnx/attributes.ts';
import { error, type Problem, warning } from './mapping.ts';
import { isComputed, type NodeContext, type Rule, shapeOf } from './node-context.ts';
import type { Layer } from './snapml-layers.ts';

/** Strides, dilations and pads, as SnapML wants them of convolutions and pools. */
function windowProblems(context: NodeContext, kernel: readonly number[]): Problem[] {
  const problems: Problem[] = [];
  const strides = ints(context, 'strides') ?? [1, 1];
  const dilations = ints(context, 'dilations') ?? [1, 1];
  const pads = ints(context, 'pads') ?? [0, 0, 0, 0];
  if (kernel.length !== 2)
    return [error(`its kernel has ${kernel.length} dimensions`, 'Only two-dimensional kernels are known to SnapML')];
  if (strides[0] !== strides[1])
    problems.push(error(`strides ${strides} differ in height and width`, 'Use one stride for both'));
  if (dilations[0] !== dilations[1])
    problems.push(error(`dilations ${dilations} differ in height and width`, 'Use one dilation for both'));
  if (pads.some((padding, i) => padding > kernel[i % 2])) {
    problems.push(error(`pads ${pads} are larger than the kernel ${kernel}`, 'Pad by a Pad node before it'));
  }
  if (pads[0] !== pads[2] || pads[1] !== pads[3]) {
    problems.push(
      warning(
        `pads ${pads} are not symmetric, which SnapML documents nowhere`,
        'Put a Pad node before it and set its pads to 0',
      ),
    );
  }
  const automatic = text(context, 'auto_pad', 'NOTSET');
  if (automatic.startsWith('SAME') && strides[0] > 1) {
    problems.push(
      warning(
        `auto_pad ${automatic} at stride ${strides[0]} may pad unevenly`,
        'Put a Pad node before it and set its pads to 0',
      ),
    );
  }
  return problems;
}

function kernelOf(context: NodeContext): readonly number[] {
  return ints(context, 'kernel_shape') ?? shapeOf(context, 1)?.slice(2) ?? [1, 1];
}

export const convolution: Rule = (context) => {
  const weights = shapeOf(context, 1);
  const group = int(context, 'group', 1);
  const inChannels = weights ? weights[1] * group : undefined;
  const problems = windowProblems(context, kernelOf(context));
  if (isComputed(context, 1)) {
    problems.push(error('its weights are computed in the graph', 'Export a model with constant weights'));
  }
  if (group === 1 || group === inChannels) return { layer: 'Conv', problems };
  problems.push(
    warning(
      `group ${group} is neither 1 nor depthwise, which Android GPUs do not run`,
      'Use group 1 or a depthwise convolution',
    ),
  );
  return { layer: 'Conv', except: ['Android GPU'], problems };
};

export const transposedConvolution: Rule = (context) => {
  const kernel = kernelOf(context);
  const group = int(context, 'group', 1);
  const pads = ints(context, 'pads') ?? [0, 0, 0, 0];
  const problems = windowProblems(context, kernel);
  if ((ints(context, 'dilations') ?? [1]).some((dilation) => dilation !== 1))
    problems.push(error('it is dilated', 'Use dilation 1'));
  if (kernel[0] !== kernel[1]) problems.push(error(`its kernel ${kernel} is not square`, 'Use a square kernel'));
  if (pads[0] !== pads[1]) problems.push(error(`pads ${pads} differ in height and width`, 'Use one pad for both'));
  if (group !== 1 && group !== shapeOf(context, 1)?.[0]) {
    problems.push(error(`group ${group} is neither 1 nor depthwise`, 'Use group 1 or a depthwise one'));
  }
  return { layer: 'ConvTranspose', problems };
};

export const pool =
  (layer: Layer): Rule =>
  (context) => ({ layer, problems: windowProblems(context, ints(context, 'kernel_shape') ?? [1, 1]) });
