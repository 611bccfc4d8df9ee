import { UserError } from './errors.ts';

/** A kind of file that is often mistaken for a model. */
interface Format {
  readonly starts: (bytes: Uint8Array, text: string) => boolean;
  /** What it is, given its name. */
  readonly is: (file: string) => string;
  /** How to get a model that can be read. */
  readonly fix: (file: string) => string;
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
    fix: () => 'export or download it again',
  },
  {
    starts: (_, text) => isLfsPointer(text),
    is: () => 'a Git LFS pointer, not the file itself',
    fix: () => 'run `git lfs pull` in its repository, or download the file from its page',
  },
  {
    starts: (_, text) => /^\s*<(!doctype|html|head|\?xml)/i.test(text),
    is: () => 'a web page, not the file that it shows',
    fix: () =>
      'download the file itself, on GitHub by "Download raw file", on Hugging Face by the arrow next to its name',
  },
  {
    starts: has(0x89, 0x48, 0x44, 0x46),
    is: () => 'an HDF5 file, as Keras saves models (.h5)',
    fix: () => `convert it: ${FROM_KERAS}`,
  },
  {
    starts: has(0x50, 0x4b, 0x03, 0x04),
    is: (file) =>
      isKeras(file) ? 'a Keras model (.keras)' : isPytorch(file) ? 'a PyTorch checkpoint' : 'a zip archive',
    fix: (file) =>
      isKeras(file)
        ? `convert it: ${FROM_KERAS}`
        : isPytorch(file)
          ? `export the model: ${FROM_PYTORCH}`
          : `if it is a PyTorch checkpoint, export the model: ${FROM_PYTORCH}; if it is a Keras model, convert it: ${FROM_KERAS}; otherwise unpack it`,
  },
  {
    starts: (bytes) => bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5,
    is: () => 'a Python pickle, like old PyTorch checkpoints',
    fix: () => `export the model: ${FROM_PYTORCH}`,
  },
  {
    starts: has(0x1f, 0x8b),
    is: () => 'a gzip archive',
    fix: () => 'unpack it first',
  },
];

/** Whether a text is a Git LFS pointer, which takes the place of a file and has about 130 bytes. */
export function isLfsPointer(text: string): boolean {
  return text.startsWith('version https://git-lfs.github.com/');
}

/** How much of a file is examined. */
const HEAD_BYTES = 512;

/**
 * Refuses files that are not ONNX or TensorFlow Lite models, but easily mistaken for one.
 * @param file its name, for messages.
 * @throws UserError that says what it is and how to get a model.
 */
export function refuseOtherFormats(bytes: Uint8Array, file: string): void {
  const text = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES));
  const format = FORMATS.find(({ starts }) => starts(bytes, text));
  if (format) throw new UserError(`${file} is ${format.is(file)}; ${format.fix(file)}`);
}
