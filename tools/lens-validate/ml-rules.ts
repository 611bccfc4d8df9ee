import { z } from 'zod';
import { checkContent } from '../../ml/check/check-model.ts';
import { UserError } from '../../ml/core/errors.ts';
import { refuseLargeModel } from '../../ml/runtime/model-file.ts';
import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { isModel, type ModelValue, modelInterface } from '../lens-studio/analysis/model-interface.ts';
import type { Asset } from '../lens-studio/files/contents.ts';
import { lineOf, plain } from '../lens-studio/files/entity.ts';
import { type Finding, finding } from './finding.ts';

const valueSchema = z.object({
  Name: z.union([z.string(), z.number()]).transform(String),
  Shape: z.object({ x: z.number(), y: z.number(), z: z.number() }),
  Normalizations: z.array(z.unknown()),
});
const settingsSchema = z.object({ Inputs: z.array(valueSchema), Outputs: z.array(valueSchema) });

/** Whether the import settings of models fit the files, and SnapML takes the files. */
export async function checkMl({ assets }: AssetIndex): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const asset of assets) {
    if (asset.file === null || asset.pointer || !isModel(asset.path)) continue;
    findings.push(...(await modelFindings(asset, asset.file)));
  }
  return findings;
}

async function modelFindings(asset: Asset, file: NonNullable<Asset['file']>): Promise<Finding[]> {
  const { path } = asset;
  try {
    refuseLargeModel(path, file.bytes);
    const content = await file.read();
    const model = modelInterface(content, path);
    if (model === null) return [];
    const refused = checkContent(content, path).findings.find(({ severity }) => severity === 'error');
    return [
      ...(refused
        ? [finding('snapml-refuses', { file: path }, `${refused.node ?? 'the model'}: ${refused.found}`)]
        : []),
      ...settingsFindings(asset, model.inputs, model.outputs),
    ];
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return [finding('unreadable-model', { file: path }, thrown.message)];
  }
}

function settingsFindings({ meta }: Asset, inputs: readonly ModelValue[], outputs: readonly ModelValue[]): Finding[] {
  const read = settingsSchema.safeParse(plain(meta?.entity.fields.get('ImporterSettings') ?? null));
  // Without settings Lens Studio makes them from the file.
  if (meta === null || !read.success) return [];
  const place = (field: string) => ({ file: meta.path, line: lineOf(meta.entity, field) });
  return [
    ...valuesFindings('model-input', read.data.Inputs, inputs, place('Inputs')),
    ...valuesFindings('model-output', read.data.Outputs, outputs, place('Outputs')),
  ];
}

function valuesFindings(
  code: 'model-input' | 'model-output',
  kept: readonly z.output<typeof valueSchema>[],
  actual: readonly ModelValue[],
  place: { file: string; line: number },
): Finding[] {
  const names = (values: readonly string[]) => values.join(', ') || 'none';
  const keptNames = kept.map(({ Name }) => Name);
  const actualNames = actual.map(({ name }) => name);
  if ([...keptNames].sort().join('\n') !== [...actualNames].sort().join('\n'))
    return [finding(code, place, names(keptNames), `${names(actualNames)}, as in the model file`)];
  return kept.flatMap(({ Name, Shape: { x, y, z }, Normalizations }) => {
    const shape = actual.find(({ name }) => name === Name)?.shape;
    const findings: Finding[] = [];
    if (shape && [x, y, z].join() !== shape.join())
      findings.push(
        finding('model-shape', place, `${Name} of ${x} × ${y} × ${z}`, `${shape.join(' × ')}, as in the model file`),
      );
    if (Normalizations.length !== z && Normalizations.length !== 0)
      findings.push(finding('model-normalization', place, `${Normalizations.length} for ${z} channels of ${Name}`));
    return findings;
  });
}
