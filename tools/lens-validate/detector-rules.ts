import { classOf, faultOfLabels } from '../../lens/Assets/EmotionDetector/Classes.ts';
import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { type ScriptInstance, scriptInstances } from '../lens-studio/analysis/component-inputs.ts';
import { isModel } from '../lens-studio/analysis/model-interface.ts';
import { lineOf, plain } from '../lens-studio/files/entity.ts';
import { type Finding, finding } from './finding.ts';

/** The EmotionDetectors of scenes and prefabs. */
export function detectorsIn(index: AssetIndex): ScriptInstance[] {
  return scriptInstances(index).filter(({ script }) => script.component?.className === 'EmotionDetector');
}

/** Whether the classes that EmotionDetectors name are those of their models, and have names for triggers. */
export function checkDetectors(index: AssetIndex): Finding[] {
  return detectorsIn(index).flatMap((detector) => findingsOf(index, detector));
}

function findingsOf(index: AssetIndex, { entity, values }: ScriptInstance): Finding[] {
  const labels = plain(values.get('labels') ?? null);
  // A former detector, or a scene that was not saved since: it goes by the script.
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) return [];
  const at = (input: string) => ({ file: entity.file, line: lineOf(entity, 'ScriptInputs', input) });
  const findings: Finding[] = [];
  const fault = faultOfLabels(labels);
  if (fault !== undefined) findings.push(finding('detector-labels', at('labels'), fault));
  const classes = classesOf(index, plain(values.get('model') ?? null));
  if (classes !== null && classes !== labels.length)
    findings.push(
      finding(
        'detector-labels',
        at('labels'),
        `${labels.length} labels`,
        `${classes}, one for each value of the model`,
      ),
    );
  const rest = plain(values.get('rest') ?? null);
  if (typeof rest === 'string' && rest !== '' && classOf(labels, rest) < 0)
    findings.push(finding('detector-rest', at('rest'), rest, `one of ${labels.join(', ')}, or nothing`));
  return findings;
}

/** How many values a model gives by its import settings; null where they do not tell. */
function classesOf({ assets }: AssetIndex, model: unknown): number | null {
  const asset = assets.find(({ path, meta }) => meta?.primary === model && isModel(path));
  const settings = plain(asset?.meta?.entity.fields.get('ImporterSettings') ?? null) as {
    Outputs?: { Shape?: { x?: unknown; y?: unknown; z?: unknown } }[];
  } | null;
  const outputs = settings?.Outputs;
  if (!Array.isArray(outputs) || outputs.length !== 1) return null;
  const { x, y, z } = outputs[0]?.Shape ?? {};
  const values = Number(x) * Number(y) * Number(z);
  return Number.isFinite(values) ? values : null;
}
