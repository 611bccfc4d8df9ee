import type { Config } from '../../config/schema.ts';
import type { HistoryRecord } from '../../core/history.ts';
import type { Disagreements } from '../comparison.ts';
import type { SheetOptions, Tile } from '../contact-sheet.ts';
import type { Evaluation } from '../evaluation.ts';
import type { Mistakes } from '../mistakes.ts';
import type { PosedEvaluation } from '../posed.ts';

/** Results of one head of the network. */
export interface HeadReport {
  /** What the head was trained on, in words. */
  readonly heading: string;
  readonly evaluation: Evaluation;
  /** Only of a network that takes landmarks: evaluated with all landmarks missing. */
  readonly withoutLandmarks?: Evaluation;
  readonly mistakes: readonly Mistakes[];
  /** On people who act expressions, if any were given. */
  readonly posed?: PosedEvaluation;
}

/** A head's network in floats and in its quantized forms. */
export interface QuantizationReport {
  /** What the head was trained on, in words. */
  readonly heading: string;
  /** The network in floats first. */
  readonly models: readonly { readonly name: string; readonly bytes: number; readonly evaluation: Evaluation }[];
  /** Signal-to-quantization-noise ratio of each activation in decibels, for each quantized form. */
  readonly sqnr: readonly {
    readonly name: string;
    readonly layers: readonly { activation: string; decibels: number }[];
  }[];
  /** Of the network in floats and the last of the quantized forms. */
  readonly disagreements: Disagreements;
  /** Bytes of the int8 file by what they hold. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** A file that the run made. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** Everything in a report. The part of an empty list is left out. Tiles are laid out in rows of eight. */
export interface ReportContent {
  readonly title: string;
  readonly run: string;
  readonly config: Config;
  /** Versions of the programs and the machine. */
  readonly versions: Readonly<Record<string, string>>;
  /** Source and counts of the data, including what was left out. */
  readonly data: Readonly<Record<string, string | number>>;
  /** One record for each epoch, counted from 0; figures named `loss…` and `accuracy…` are drawn. */
  readonly history: readonly Pick<HistoryRecord, 'epoch' | 'figures'>[];
  readonly heads: readonly HeadReport[];
  /** Quantized forms of the heads. */
  readonly quantization: readonly QuantizationReport[];
  /** Training faces, by class. */
  readonly faces: readonly Tile[];
  /** Training faces as the augmentation changes them. */
  readonly augmentations: readonly Tile[];
  /** Training faces scaled in three ways, with how they are laid out; null if the network sees them at their own size. */
  readonly upscaled: { readonly tiles: readonly Tile[]; readonly layout: SheetOptions } | null;
  readonly files: readonly ModelFile[];
  /** Findings of the checks of the exported files, one line each. */
  readonly findings: readonly string[];
}
