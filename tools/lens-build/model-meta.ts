import { LANDMARKS } from '../../ml/nn/layers.ts';
import { type Fields, fields, float, NULL_ID, own, reference, Tagged, vector } from '../lens-studio/yaml/value.ts';
import { LANDMARK_SHAPE, type LensModel } from './lens-model.ts';
import { assetMeta, type MetaExtras } from './meta.ts';

type Numbers3 = readonly [number, number, number];

/**
 * The `.meta` of a model: how Lens Studio makes its input of a texture, whose pixels are 0..255; landmarks go in as the
 * script writes them. Shapes are width, height, channels whatever the file's own layout is.
 * @param path from the project's folder.
 */
export function modelMeta(
  path: string,
  { description: { pixels, labels }, file: { input, output }, landmarks }: Omit<LensModel, 'name' | 'bytes'>,
  ids?: MetaExtras['ids'],
): string {
  const channels = input.layout === 'NCHW' ? input.shape[1] : input.shape[3];
  const side = input.shape[2];
  return assetMeta(path, {
    ids,
    importerSettings: new Tagged(
      'FileMLAssetImporterSettings',
      fields({
        Inputs: [
          modelInput(input.name, [side, side, channels], pixels),
          ...(landmarks ? [modelInput(LANDMARKS, LANDMARK_SHAPE, AS_THEY_ARE)] : []),
        ],
        Outputs: [
          new Tagged(
            'MLOutput',
            fields({
              Name: output.name,
              Shape: vector(1, 1, labels.length),
              Normalizations: repeat(labels.length, AS_THEY_ARE),
              InputName: '',
              OutputTexture: reference(NULL_ID),
            }),
          ),
        ],
      }),
    ),
    compressionSettings: new Tagged(
      'SingleCompressionSettings',
      fields({ CompressorName: 'None', CompressionSettings: own(NULL_ID) }),
    ),
  });
}

/** What a channel's values are multiplied with, and what is added then. */
interface Normalization {
  readonly scale: number;
  readonly bias: number;
}

const AS_THEY_ARE: Normalization = { scale: 1, bias: 0 };

function modelInput(name: string, shape: Numbers3, normalization: Normalization): Tagged {
  return new Tagged(
    'MLInput',
    fields({
      Name: name,
      Shape: vector(...shape),
      Normalizations: repeat(shape[2], normalization),
      Transformer: fields({
        stretch: true,
        'alignment.horizontal': 'Center',
        'alignment.vertical': 'Center',
        fill: vector(0, 0, 0, 1),
        flipX: false,
        flipY: false,
        rotation: 'None',
      }),
      Texture: reference(NULL_ID),
    }),
  );
}

function repeat(channels: number, { scale, bias }: Normalization): Fields[] {
  return Array.from({ length: channels }, () => fields({ scale: float(scale), bias: float(bias) }));
}
