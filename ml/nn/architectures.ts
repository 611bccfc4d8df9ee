import type { ArchitectureName } from '../config/schema.ts';
import type { Architecture } from './architecture.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { mobileNetV3, VARIANTS } from './mobilenet-v3.ts';

/** What tells an architecture. Files that name none are of MobileNetV2: it was once the only one. */
export interface NetworkShape {
  readonly architecture?: ArchitectureName | undefined;
  readonly width: number;
  readonly size: number;
}

/** The network of this shape. */
export function buildArchitecture({ architecture = 'mobilenet-v2', width, size }: NetworkShape): Architecture {
  return architecture === 'mobilenet-v2' ? mobileNetV2(width, size) : mobileNetV3(VARIANTS[architecture], width, size);
}

/** The shape of a network as files keep it. */
export function shapeOf({ name, width, size }: Architecture): NetworkShape {
  return { architecture: name === 'mobilenet-v2' ? undefined : name, width, size };
}
