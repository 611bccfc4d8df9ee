import { join } from 'node:path';

/** One line of the table: a training that differs from that of its base in a few fields. */
export interface Row {
  readonly name: string;
  /** What it stands against; the row of this name comes before it. */
  readonly base: string | null;
  /** Fields that win over those of the recipe. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Where the data and weights lie that do not come with the project. */
export interface Places {
  /** Folder of ImageNet weights. */
  readonly pretrained: string;
  /** Folder of CK+. */
  readonly ckplus: string;
  /** Manifest of FER2013. */
  readonly manifest: string;
  /** EDSR network for four times the size. */
  readonly edsr: string;
}

const WEIGHTS = {
  'mobilenet-v2, 1.0': 'mobilenet_v2_1.0_96_quant.tflite',
  'mobilenet-v2, 0.35': 'mobilenet_v2_0.35_224_notop/model.json',
  'mobilenet-v3-large-minimalistic': 'v3-large-minimalistic_224_1.0_uint8.tflite',
} as const;

/** Every row; those that none of them names the base of stand against the first. */
export function rowsFor({ pretrained, ckplus, manifest, edsr }: Places): Row[] {
  const weights = (name: keyof typeof WEIGHTS) => ({ 'model.weights': join(pretrained, WEIGHTS[name]) });
  const base = 'base';
  const v2 = weights('mobilenet-v2, 1.0');
  const small = { ...weights('mobilenet-v2, 0.35'), 'model.width': 0.35 };
  const backbone = (architecture: string, more: Row['settings']) => ({ 'model.architecture': architecture, ...more });
  const unweighted = { 'model.weights': 'none' };
  return [
    { name: base, base: null, settings: v2 },
    { name: 'refined', base, settings: { ...v2, 'data.refine': manifest } },
    { name: 'mixup', base, settings: { ...v2, 'augment.mixup': 0.2 } },
    { name: 'with CK+', base, settings: { ...v2, 'data.extraDataset': ckplus, 'data.fold': 0 } },
    { name: 'EDSR', base, settings: { ...v2, 'data.upscale': edsr } },
    { name: '192 px', base, settings: { ...v2, 'model.size': 192 } },
    { name: '192 px, EDSR', base: '192 px', settings: { ...v2, 'model.size': 192, 'data.upscale': edsr } },
    { name: 'landmarks fused', base, settings: { ...v2, 'model.landmarks': 'fused' } },
    { name: 'landmarks only', base, settings: { ...unweighted, 'model.landmarks': 'landmarksOnly' } },
    { name: 'V2 1.0 from scratch', base, settings: unweighted },
    { name: 'V2 0.5 from scratch', base, settings: { ...unweighted, 'model.width': 0.5 } },
    { name: 'V2 0.35', base, settings: small },
    { name: 'V2 0.35, 192 px', base: 'V2 0.35', settings: { ...small, 'model.size': 192 } },
    {
      name: 'V2 0.35, 192 px, EDSR',
      base: 'V2 0.35, 192 px',
      settings: { ...small, 'model.size': 192, 'data.upscale': edsr },
    },
    {
      name: 'V3-Large minimalistic',
      base,
      settings: backbone('mobilenet-v3-large-minimalistic', weights('mobilenet-v3-large-minimalistic')),
    },
    { name: 'V3-Small from scratch', base, settings: backbone('mobilenet-v3-small', unweighted) },
  ];
}
