import { table } from './flatbuffer.ts';

/*
 * The parts of TensorFlow Lite's metadata schema that an image classifier needs (metadata_schema.fbs in
 * github.com/tensorflow/tflite-support). Metadata is a FlatBuffers file of its own inside the model's.
 */

/** Bytes 4 to 7. */
export const METADATA_IDENTIFIER = 'M001';

const AssociatedFile = table({
  name: [0, 'string'],
  description: [1, 'string'],
  type: [2, 'enum', { UNKNOWN: 0, DESCRIPTIONS: 1, TENSOR_AXIS_LABELS: 2, TENSOR_VALUE_LABELS: 3 }],
});

const Content = table({
  properties: [
    1,
    'union',
    {
      FeatureProperties: [1, table({})],
      ImageProperties: [2, table({ colourSpace: [0, 'enum', { UNKNOWN: 0, RGB: 1, GRAYSCALE: 2 }] })],
    },
  ],
});

const ProcessUnit = table({
  options: [
    1,
    'union',
    { NormalizationOptions: [1, table({ mean: [0, 'vector', 'float'], std: [1, 'vector', 'float'] })] },
  ],
});

const TensorMetadata = table({
  name: [0, 'string'],
  description: [1, 'string'],
  content: [3, 'table', Content],
  processUnits: [4, 'tables', ProcessUnit],
  stats: [5, 'table', table({ max: [0, 'vector', 'float'], min: [1, 'vector', 'float'] })],
  associatedFiles: [6, 'tables', AssociatedFile],
});

export const ModelMetadata = table({
  name: [0, 'string'],
  description: [1, 'string'],
  version: [2, 'string'],
  subgraphs: [3, 'tables', table({ inputs: [2, 'tables', TensorMetadata], outputs: [3, 'tables', TensorMetadata] })],
  author: [4, 'string'],
  licence: [5, 'string'],
  minParserVersion: [7, 'string'],
});
