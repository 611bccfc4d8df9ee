import { inputsFor, landmarkUseOf } from '../model/inputs.ts';
import type { NetworkShape } from '../model/network.ts';
import { type Architecture, denseBranch, inputsOf, withBranches } from './architecture.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { mobileNetV3, VARIANTS } from './mobilenet-v3.ts';

/** Features that a dense branch gives. */
const DENSE_FEATURES = 64;

/** The network of this shape: MobileNet over the image, a dense layer over every other input. */
export function buildArchitecture({
  architecture,
  width,
  size,
  landmarks = 'none',
}: Omit<NetworkShape, 'landmarks'> & Partial<NetworkShape>): Architecture {
  const network =
    architecture === 'mobilenet-v2' ? mobileNetV2(width, size) : mobileNetV3(VARIANTS[architecture], width, size);
  const [ofImage] = network.branches;
  const branches = inputsFor(size, landmarks).map((input) =>
    input.kind === 'image' ? ofImage : denseBranch(input, DENSE_FEATURES),
  );
  return withBranches(network, branches);
}

/** The shape of a network as files keep it. */
export function shapeOf(network: Architecture): NetworkShape {
  const { name: architecture, width, size } = network;
  return { architecture, width, size, landmarks: landmarkUseOf(inputsOf(network).map(({ name }) => name)) };
}
