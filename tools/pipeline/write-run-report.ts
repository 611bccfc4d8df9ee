import { availableParallelism, cpus } from 'node:os';
import type { CheckReport } from '../../ml/check/report.ts';
import type { Config, TargetKind } from '../../ml/config/schema.ts';
import { type FaceDataset, indicesOf, SPLITS } from '../../ml/data/dataset.ts';
import type { DataSummary } from '../../ml/data/summary.ts';
import type { HeadReport, ReportContent } from '../../ml/evaluate/report/content.ts';
import { writeReport } from '../../ml/evaluate/report/report.ts';
import { ONNX_RUNTIME_VERSION } from '../../ml/runtime/onnx-session.ts';
import { augmentationTiles, faceTiles, UPSCALE_SHEET, upscaleTiles } from './sheets.ts';

/** What a report is written from; models that were not made here have no history and no files. */
export interface ReportSource extends Partial<Pick<ReportContent, 'history' | 'files' | 'findings' | 'quantization'>> {
  /** Folder of the run, or the model's file. */
  readonly name: string;
  readonly config: Config;
  readonly dataset: FaceDataset;
  readonly summary: DataSummary;
  readonly heads: readonly HeadReport[];
}

const HEADINGS: Readonly<Record<TargetKind, string>> = {
  original: 'Head "original": trained on the original labels',
  votes: 'Head "votes": trained on the distribution of the FER+ votes',
  majority: 'Head "majority": trained on the majority of the FER+ votes',
  blended: 'Head "blended": trained on the FER+ votes with a share of the original labels',
};

/** What a head was trained on, in words. */
export function headingOf(head: string): string {
  return HEADINGS[head as TargetKind] ?? head;
}

/** Writes the report of a run or of a single model, without pictures of faces if its configuration hides them. */
export async function writeRunReport(path: string, source: ReportSource): Promise<void> {
  const { name, config, dataset, summary, history = [], files = [], findings = [] } = source;
  const { heads, quantization = [] } = config.hideFaces ? withoutFaces(source) : source;
  await writeReport(path, {
    title: 'Emotion Lens',
    run: name,
    config,
    versions: versions(),
    data: dataFacts(summary),
    history,
    heads,
    quantization,
    faces: config.hideFaces ? [] : faceTiles(dataset, config.seed),
    augmentations: config.hideFaces || history.length === 0 ? [] : augmentationTiles(dataset, config),
    upscaled: config.hideFaces ? null : upscaledOf(source),
    files,
    findings,
  });
}

function upscaledOf({ dataset, config }: ReportSource): ReportContent['upscaled'] {
  const { upscaled } = dataset;
  if (!upscaled) return null;
  const training = indicesOf(dataset, 'Training');
  return { tiles: upscaleTiles(dataset, upscaled, training, config.seed), layout: UPSCALE_SHEET };
}

/** The same results with none of the faces that they are shown by. */
function withoutFaces({ heads, quantization = [] }: ReportSource): Pick<ReportSource, 'heads' | 'quantization'> {
  return {
    heads: heads.map((head) => ({ ...head, mistakes: head.mistakes.map((shown) => ({ ...shown, tiles: [] })) })),
    quantization: quantization.map((quantized) => ({
      ...quantized,
      disagreements: { ...quantized.disagreements, tiles: [] },
    })),
  };
}

/** What a check found, one line each. */
export function findingLines(name: string, { accepted, platforms, findings }: CheckReport): string[] {
  const verdict = accepted
    ? `SnapML should accept it; the whole network runs on ${platforms.join(', ') || 'no single processor'}`
    : 'SnapML will not accept it';
  return [verdict, ...findings.map(({ severity, found, fix }) => `${severity}: ${found}. ${fix}`)].map(
    (line) => `${name}: ${line}`,
  );
}

function dataFacts({ faces, subjects, refined, upscaled, ...summary }: DataSummary): ReportContent['data'] {
  const counts = SPLITS.map((split) => [split, Object.values(faces[split]).reduce((sum, count) => sum + count, 0)]);
  return {
    source:
      summary.source === 'synthetic' ? 'synthetic: drawn faces; figures do not apply to photographs' : summary.source,
    ...(summary.sha256 !== null && { 'SHA-256': summary.sha256 }),
    ...(summary.extraDataset !== undefined && { 'with CK+': summary.extraDataset }),
    'rows read': summary.rowsRead,
    'malformed rows skipped': summary.badRowsSkipped,
    'training faces excluded as duplicates of test faces': summary.duplicatesLeftOut,
    'training images excluded as constant': summary.constantsLeftOut,
    ...(refined && {
      'refined by': refined.manifest,
      'training faces dropped by the manifest': refined.dropped,
      'training faces moved to another class by the manifest': refined.moved,
    }),
    ...(upscaled && { 'faces upscaled by': `${upscaled.by}, to ${upscaled.size}×${upscaled.size} pixels` }),
    'FER+ votes': summary.votes ? 'yes' : 'no',
    ...Object.fromEntries(counts),
    ...(subjects && Object.fromEntries(SPLITS.map((split) => [`subjects of CK+ in ${split}`, subjects[split]]))),
  };
}

/** Versions of the programs that made a result, and the machine. */
export function versions(): Record<string, string> {
  return {
    node: process.versions.node,
    onnxruntime: ONNX_RUNTIME_VERSION,
    system: `${process.platform}-${process.arch}`,
    processor: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`,
  };
}
