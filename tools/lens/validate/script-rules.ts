import { lineOf } from '../files/entity.ts';
import { inputLines } from '../scripts/metadata.ts';
import { type Finding, finding } from './finding.ts';
import { foreignNames } from './foreign-names.ts';
import type { Model } from './model.ts';

/** Scripts that do not parse, or call what Lens Studio has not; metas that hold a script's inputs of yesterday. */
export function checkScripts({ scripts, assets }: Model): Finding[] {
  const metas = new Map(assets.map(({ path, meta }) => [path, meta]));
  return scripts.flatMap(({ path, text, script, fault }) => {
    if (script === null)
      return fault ? [finding('script-syntax', { file: path, line: fault.line }, fault.message)] : [];
    const foreign = foreignNames(text).map(({ name, line }) =>
      finding('foreign-api', { file: path, line }, `${name}, which is no part of Lens Studio's API`),
    );
    const data = metas.get(path)?.others.find(({ type }) => type === 'TypeScriptAssetData');
    const lines = data?.fields.get('InputLines');
    if (!data || !Array.isArray(lines)) return foreign;
    const expected = inputLines(script);
    const at = expected.findIndex((line, index) => line !== lines[index]);
    if (at < 0 && lines.length === expected.length) return foreign;
    return [
      ...foreign,
      finding(
        'stale-input-lines',
        { file: data.file, line: lineOf(data, 'InputLines') },
        `InputLines: ${lines[at < 0 ? expected.length : at] ?? 'nothing more'}`,
        at < 0 ? 'nothing more' : expected[at],
      ),
    ];
  });
}
