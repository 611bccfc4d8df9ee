import { basename, extname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import type { Reporter } from '../../../ml/core/progress.ts';
import type { Form } from '../../../ml/import/import-model.ts';
import type { Pictures } from '../../../ml/import/pictures.ts';
import type { PixelRange } from '../../../ml/import/source.ts';
import { intoFolder } from '../../pipeline/run-folder.ts';
import { addCommonFlags, type CommonOptions, commandLine, perform } from '../command.ts';
import { refuseOverwrite, wholeNumber } from '../flags.ts';

interface Flags extends CommonOptions {
  labels?: string;
  map: ReadonlyMap<string, string>;
  pixels?: PixelRange;
  size?: number;
  pictures?: string;
  data?: string;
  out?: string;
  force?: boolean;
}

export function addImport(command: Command): void {
  addCommonFlags(command, {
    'converted_tflite.zip --out gestures': "Teachable Machine's download, as it is",
    'web/model.json --labels labels.txt --pixels 0..1': 'a TensorFlow.js model that divides pixels by 255',
    'torch.onnx --labels labels.txt --pixels imagenet --map "disgusted=Disgust"': 'an export of PyTorch',
  })
    .option('--labels <file>', 'names of the classes, one per line or as JSON, if the model does not come with them')
    .option('--map <class=name>', 'name of a class in the lens; may be repeated', addMapping, new Map())
    .option('--pixels <range>', 'what the network expects: 0..255, 0..1, -1..1 or imagenet', readPixels)
    .option('--size <pixels>', 'side of its pictures, where its file leaves it open', wholeNumber('--size'))
    .option(
      '--pictures <folder>',
      'pictures to compare it with its source on (default: drawn faces), and to calibrate 8-bit integers',
    )
    .option(
      '--data <path>',
      'data set to calibrate 8-bit integers on: fer2013.csv (also .gz), or a folder of train/ and test/',
    )
    .option('--out <folder>', 'folder for the model (default: its name and "-lens")')
    .option('--force', 'replace files that exist, and take a model that answers differently')
    .action((place: string, { out, size, pictures, data, ...flags }: Flags) =>
      perform(flags, async (reporter) => {
        const { fitsLens, importModel, ONNX_NAME, writeImported } = await import('../../../ml/import/import-model.ts');
        const { picturesIn } = await import('../../../ml/import/pictures.ts');
        const { describeClasses } = await import('../../../ml/import/classes.ts');
        const folder = out ?? defaultFolder(place);
        refuseOverwrite([join(folder, ONNX_NAME), join(folder, 'model.json')], flags.force);
        const ofFolder = pictures === undefined ? undefined : (side: number) => picturesIn(pictures, side);
        const calibration = data === undefined ? ofFolder : (side: number) => picturesOfData(data, side, reporter);
        const options = {
          ...flags,
          ...(size !== undefined && { side: size }),
          ...(ofFolder && { pictures: ofFolder }),
          ...(calibration && { calibration }),
        };
        const imported = await importModel(place, options, reporter);
        const files = await intoFolder(folder, 'import', () => writeImported(imported, folder));
        const { source, classes, side, grey, softmaxAdded, onnx, int8 } = imported;
        const notes = [
          ...(grey ? ['it looks at grey pictures, which are computed from colours'] : []),
          ...(softmaxAdded ? ['it gives logits, so softmax was added'] : []),
        ];
        return {
          text: [
            `${source.file}: ${source.format}, ${side}×${side} pixels, ${classes.labels.length} classes`,
            describeClasses(classes),
            ...notes,
            describeForm('floats', onnx) + (fitsLens(onnx.bytes) ? '' : '; not written, as it is too large for a lens'),
            ...(int8
              ? ['refused' in int8 ? `no 8-bit integers: ${int8.refused}` : describeForm('8-bit integers', int8)]
              : []),
            ...files,
            `next:\n  ${commandLine('lens', 'install', '--model', folder, '--format', int8 && 'bytes' in int8 ? 'tflite' : 'onnx')}`,
          ].join('\n'),
          json: {
            source: source.file,
            format: source.format,
            side,
            grey,
            softmaxAdded,
            classes: classes.classes,
            labels: classes.labels,
            onnx: formJson(onnx),
            ...(int8 && { int8: 'refused' in int8 ? int8 : formJson(int8) }),
            files,
          },
        };
      }),
    );
}

function describeForm(numbers: string, { bytes, report, proof }: Form): string {
  const runs = report.platforms.join(', ') || 'no single processor';
  return (
    `${numbers}: ${(bytes.length / 1e6).toFixed(2)} MB, whole on ${runs}; on ${proof.pictures} probabilities differ from the source by at most ` +
    `${proof.largest.toPrecision(2)}, the same class on ${(100 * proof.top1).toFixed(1)} %`
  );
}

const formJson = ({ bytes, report, proof }: Form) => ({ bytes: bytes.length, platforms: report.platforms, proof });

/** Training faces of a data set, equally many of each class, in grey. */
async function picturesOfData(source: string, side: number, reporter: Reporter): Promise<Pictures> {
  const { loadConfig } = await import('../../../ml/config/load.ts');
  const { representativeFaces } = await import('../../../ml/quantize/calibrate.ts');
  const { loadRunFaces } = await import('../../pipeline/train-run.ts');
  const { picturesOfFaces } = await import('../../../ml/import/pictures.ts');
  const config = await loadConfig(undefined, [{ path: 'data.source', value: source, origin: '--data' }]);
  const { dataset } = await loadRunFaces(config, reporter);
  return picturesOfFaces(representativeFaces(dataset, config.quantize.images, config.seed), source, side);
}

function defaultFolder(place: string): string {
  const path = resolve(place);
  return `${basename(path, extname(path))}-lens`;
}

function addMapping(text: string, map: Map<string, string>): Map<string, string> {
  const [, from, to] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (from === undefined || to.trim() === '')
    throw new UserError(`--map ${text}: expected CLASS=NAME, for example "disgusted=Disgust"`);
  return map.set(from.trim().toLowerCase(), to.trim());
}

/** Mean and deviation of torchvision's networks, of values 0..1. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** @throws UserError if it is none of the ranges. */
function readPixels(text: string): PixelRange {
  const [, low, high] = /^(-?[\d.]+)\.\.(-?[\d.]+)$/.exec(text) ?? [];
  if (low !== undefined && Number(low) < Number(high))
    return { scale: [(Number(high) - Number(low)) / 255], bias: [Number(low)] };
  if (text === 'imagenet') {
    const { mean, deviation } = IMAGENET;
    return { scale: deviation.map((value) => 1 / (255 * value)), bias: mean.map((value, c) => -value / deviation[c]) };
  }
  throw new UserError(`--pixels ${text}: expected 0..255, 0..1, -1..1 or imagenet`);
}
