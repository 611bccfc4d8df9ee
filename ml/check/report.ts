import { z } from 'zod';
import { FindingSchema, groupFindings, SYMBOLS } from './finding.ts';
import { PLATFORMS } from './snapml.ts';

const platforms = z.array(z.enum(PLATFORMS));

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

/** How many nodes are named that have the same finding. */
const NAMED = 3;

/** Findings in one line each; nodes with the same finding share a line. */
function lines({ findings }: CheckReport): string[] {
  const groups = groupFindings(findings, ({ severity, found, fix }) => `${severity} ${found} ${fix}`);
  return groups.map((group) => {
    const nodes = group.flatMap(({ node }) => node || []);
    const more = nodes.length > NAMED ? ` and ${nodes.length - NAMED} more` : '';
    const about = nodes.length > 0 ? `${nodes.slice(0, NAMED).join(', ')}${more}: ` : '';
    const [{ severity, found, fix }] = group;
    return `${SYMBOLS[severity]} ${about}${found}. ${fix}.`;
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
    ...lines(report),
    report.accepted
      ? `SnapML should accept this model; the whole network runs on ${report.platforms.join(', ') || 'no single processor'}.`
      : 'SnapML will not accept this model as it is.',
  ].join('\n');
}
