import type { ArchitectureName, LandmarkUse } from '../config/schema.ts';
import { type Architecture, landmarksAlone, seesImage, withLandmarkBranch } from './architecture.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { mobileNetV3, VARIANTS } from './mobilenet-v3.ts';

/** What tells an architecture. Files that name none are of MobileNetV2: it was once the only one. */
export interface NetworkShape {
  readonly architecture?: ArchitectureName | undefined;
  readonly width: number;
  readonly size: number;
  /** Files that say nothing are of networks that see the image alone. */
  readonly landmarks?: LandmarkUse | undefined;
}

/** The network of this shape. */
export function buildArchitecture({
  architecture = 'mobilenet-v2',
  width,
  size,
  landmarks = 'none',
}: NetworkShape): Architecture {
  const network =
    architecture === 'mobilenet-v2' ? mobileNetV2(width, size) : mobileNetV3(VARIANTS[architecture], width, size);
  if (landmarks === 'none') return network;
  return landmarks === 'beside' ? withLandmarkBranch(network) : landmarksAlone(network);
}

/** What a network makes of landmarks. */
export function landmarkUseOf(network: Architecture): LandmarkUse {
  if (!network.landmarks) return 'none';
  return seesImage(network) ? 'beside' : 'alone';
}

/** The shape of a network as files keep it. */
export function shapeOf(network: Architecture): NetworkShape {
  const { name, width, size } = network;
  const use = landmarkUseOf(network);
  return {
    architecture: name === 'mobilenet-v2' ? undefined : name,
    width,
    size,
    ...(use !== 'none' && { landmarks: use }),
  };
}
