import { UserError } from './errors.ts';

/** A kind of file that is often found under a model's name. */
interface Format {
  readonly starts: (bytes: Uint8Array, text: string) => boolean;
  /** What it is, by the name that it has. */
  readonly is: (file: string) => string;
  /** The way to a model that can be read. */
  readonly wayOut: (file: string) => string;
}

const FROM_KERAS =
  'in Python, tf.lite.TFLiteConverter.from_keras_model(model).convert() makes a .tflite file, and tf2onnx with ' +
  '--inputs-as-nchw an .onnx file';
const FROM_PYTORCH = 'in Python, torch.onnx.export(model, example, "model.onnx", opset_version=11) makes an .onnx file';

const has =
  (...head: number[]) =>
  (bytes: Uint8Array) =>
    head.every((byte, at) => bytes[at] === byte);
const isKeras = (file: string) => /\.keras$/i.test(file);
const isPytorch = (file: string) => /\.(pt|pth|bin|ckpt)$/i.test(file);

const FORMATS: readonly Format[] = [
  {
    starts: (bytes) => bytes.length === 0,
    is: () => 'an empty file',
    wayOut: () => 'export or download it again',
  },
  {
    starts: (_, text) => isLfsPointer(text),
    is: () => 'a pointer of Git LFS, and not the file itself',
    wayOut: () => 'run `git lfs pull` in its repository, or download it from its page there',
  },
  {
    starts: (_, text) => /^\s*<(!doctype|html|head|\?xml)/i.test(text),
    is: () => 'a web page, and not the file that it shows',
    wayOut: () =>
      'download the file itself, on GitHub by "Download raw file", on Hugging Face by the arrow beside its name',
  },
  {
    starts: has(0x89, 0x48, 0x44, 0x46),
    is: () => 'an HDF5 file, as Keras saves models (.h5)',
    wayOut: () => `convert it: ${FROM_KERAS}`,
  },
  {
    starts: has(0x50, 0x4b, 0x03, 0x04),
    is: (file) =>
      isKeras(file) ? 'a model of Keras (.keras)' : isPytorch(file) ? "a checkpoint of PyTorch's" : 'a zip archive',
    wayOut: (file) =>
      isKeras(file)
        ? `convert it: ${FROM_KERAS}`
        : isPytorch(file)
          ? `export the model: ${FROM_PYTORCH}`
          : `if it is a checkpoint of PyTorch's, ${FROM_PYTORCH}; if it is one of Keras's, ${FROM_KERAS}; else unpack it`,
  },
  {
    starts: (bytes) => bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5,
    is: () => "a Python pickle, as PyTorch's checkpoints once were",
    wayOut: () => `export the model: ${FROM_PYTORCH}`,
  },
  {
    starts: has(0x1f, 0x8b),
    is: () => 'a gzip archive',
    wayOut: () => 'unpack it first',
  },
];

/** Whether a text is what Git LFS puts in the place of a file: a pointer of about 130 bytes. */
export function isLfsPointer(text: string): boolean {
  return text.startsWith('version https://git-lfs.github.com/');
}

/** Longest beginning that is looked at. */
const HEAD_BYTES = 512;

/**
 * Refuses what is no model of ONNX or TensorFlow Lite, but is easily taken for one.
 * @param file its name, for messages.
 * @throws UserError that says what it is and how to get at a model.
 */
export function refuseOtherFormats(bytes: Uint8Array, file: string): void {
  const text = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES));
  const format = FORMATS.find(({ starts }) => starts(bytes, text));
  if (format) throw new UserError(`${file} is ${format.is(file)}; ${format.wayOut(file)}`);
}
