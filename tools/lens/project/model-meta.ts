import type { ModelJson } from '../../../ml/export/model-json.ts';
import { type Fields, fields, float, NULL_ID, own, reference, Tagged, vector } from '../yaml/value.ts';
import { assetMeta, type MetaExtras } from './meta.ts';

type Model = Pick<ModelJson, 'pixels' | 'labels'>;
type ModelFile = Pick<ModelJson['files'][number], 'input' | 'output'>;

/**
 * The `.meta` of a model: how Lens Studio makes its input of a texture, whose pixels are 0..255.
 * Shapes are width, height, channels whatever the file's own layout is.
 * @param path from the project's folder.
 */
export function modelMeta(
  path: string,
  { pixels, labels }: Model,
  { input, output }: ModelFile,
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
          new Tagged(
            'MLInput',
            fields({
              Name: input.name,
              Shape: vector(side, side, channels),
              Normalizations: repeat(channels, pixels.scale, pixels.bias),
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
          ),
        ],
        Outputs: [
          new Tagged(
            'MLOutput',
            fields({
              Name: output.name,
              Shape: vector(1, 1, labels.length),
              Normalizations: repeat(labels.length, 1, 0),
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

function repeat(channels: number, scale: number, bias: number): Fields[] {
  return Array.from({ length: channels }, () => fields({ scale: float(scale), bias: float(bias) }));
}
