import { type Mapping, PARAMETER } from './mapping.ts';
import type { CheckReport, Finding } from './report.ts';
import { LAYERS, PLATFORMS, type Platform } from './snapml-layers.ts';

/** An operator of a model and what SnapML makes of it. */
export interface MappedOperator {
  /** What it does, in the format's own word. */
  readonly operator: string;
  /** Tells it from others that do the same; may be empty. */
  readonly name: string;
  readonly mapping: Mapping;
}

/** A file with all that was found out about it. */
export interface Checked extends Pick<CheckReport, 'file' | 'bytes' | 'format'> {
  readonly operators: readonly MappedOperator[];
  /** About the file and its tensors. */
  readonly findings: readonly Finding[];
  /** What to use in place of layers that do not run everywhere. */
  readonly alternatives: Partial<Record<NonNullable<Mapping['layer']>, string>>;
}

/** Puts together the report: one row for each kind of operator, and where the whole network runs. */
export function reportOf({ operators, findings, alternatives, ...file }: Checked): CheckReport {
  const rows = new Map<string, CheckReport['operators'][number]>();
  const all = [...findings];
  let runs: readonly Platform[] = PLATFORMS;
  for (const { operator, name, mapping } of operators) {
    const { layer, except = [], problems = [] } = mapping;
    const node = `${operator} ${name || 'without a name'}`;
    const refused = layer === null || problems.some(({ severity }) => severity === 'error');
    const possible = layer === null ? [] : layer === PARAMETER ? PLATFORMS : LAYERS[layer];
    const platforms = refused ? [] : possible.filter((platform) => !except.includes(platform));
    runs = runs.filter((platform) => platforms.includes(platform));
    all.push(...problems.map((finding) => ({ ...finding, node })));
    // A rule that makes exceptions says so itself.
    if (!refused && platforms.length < PLATFORMS.length && except.length === 0) {
      const missing = PLATFORMS.filter((platform) => !platforms.includes(platform));
      all.push({
        severity: 'warning',
        node,
        message: `it does not run on ${missing.join(', ')}, which costs speed there`,
        wayOut: alternatives[layer] ?? 'Leave it if the model is fast enough there',
      });
    }
    const key = `${operator} ${layer} ${platforms}`;
    const row = rows.get(key) ?? { operator, layer, count: 0, platforms: [...platforms] };
    rows.set(key, { ...row, count: row.count + 1 });
  }
  return {
    ...file,
    operators: [...rows.values()],
    platforms: [...runs],
    findings: all,
    accepted: !all.some(({ severity }) => severity === 'error'),
  };
}
