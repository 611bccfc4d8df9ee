import { z } from 'zod';
import { PLATFORMS } from './snapml-layers.ts';

const platforms = z.array(z.enum(PLATFORMS));

/** Something about a model that its maker should know. */
export const FindingSchema = z.object({
  /** An `error` keeps SnapML from taking the model, a `warning` may, or costs speed; `info` is good to know. */
  severity: z.enum(['error', 'warning', 'info']),
  /** Name of the node or tensor; absent if it is about the file. */
  node: z.string().optional(),
  message: z.string(),
  /** What to do about it. */
  wayOut: z.string(),
});
export type Finding = z.infer<typeof FindingSchema>;

/** Whether SnapML takes a model, and why. */
export const CheckReportSchema = z.object({
  file: z.string(),
  bytes: z.number(),
  /** With its version, for example `ONNX, operator set 11`. */
  format: z.string(),
  /** One row for each kind of operator; `layer` is null where SnapML has none, "parameter" where it needs none. */
  operators: z.array(z.object({ operator: z.string(), layer: z.string().nullable(), count: z.number(), platforms })),
  /** Where the whole network runs. */
  platforms,
  findings: z.array(FindingSchema),
  /** No error was found. */
  accepted: z.boolean(),
});
export type CheckReport = z.infer<typeof CheckReportSchema>;

const SYMBOLS = { error: '✗', warning: '!', info: 'i' } as const;
/** Nodes that are named where the same is said of many. */
const NAMED = 3;

/** Puts together what is said of several nodes in the same words. */
function grouped(findings: readonly Finding[]) {
  const groups = new Map<string, { finding: Finding; nodes: string[] }>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.message} ${finding.wayOut}`;
    const group = groups.get(key) ?? { finding, nodes: [] };
    if (finding.node) group.nodes.push(finding.node);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ finding, nodes }) => {
    const more = nodes.length > NAMED ? ` and ${nodes.length - NAMED} more` : '';
    return { ...finding, nodes: nodes.length > 0 ? `${nodes.slice(0, NAMED).join(', ')}${more}: ` : '' };
  });
}

/** The report as text for a terminal. */
export function formatCheck(report: CheckReport): string {
  const widths = [
    Math.max(8, ...report.operators.map(({ operator }) => operator.length)),
    Math.max(5, ...report.operators.map(({ layer }) => (layer ?? 'none').length)),
  ];
  const row = (operator: string, layer: string, count: string, marks: readonly string[]) =>
    `${operator.padEnd(widths[0])}  ${layer.padEnd(widths[1])}  ${count.padStart(5)}  ${marks.join('  ')}`.trimEnd();
  const marks = (runs: readonly string[]) =>
    PLATFORMS.map((platform) => (runs.includes(platform) ? '✓' : '✗').padEnd(platform.length));
  return [
    `${report.file}: ${report.bytes.toLocaleString('en')} bytes, ${report.format}`,
    '',
    row('operator', 'layer', 'count', PLATFORMS),
    ...report.operators.map(({ operator, layer, count, platforms: runs }) =>
      row(operator, layer ?? 'none', String(count), marks(runs)),
    ),
    row('all', '', '', marks(report.platforms)),
    '',
    ...grouped(report.findings).map(
      ({ severity, nodes, message, wayOut }) => `${SYMBOLS[severity]} ${nodes}${message}. ${wayOut}.`,
    ),
    report.accepted
      ? `SnapML should take this model; the whole network runs on ${report.platforms.join(', ') || 'no single processor'}.`
      : 'SnapML will not take this model as it is.',
  ].join('\n');
}
