import { groupFindings, SEVERITIES, type Severity, SYMBOLS } from '../../ml/check/finding.ts';
import type { Finding } from './finding.ts';

/** What was found in a project. */
export interface Report {
  /** The folder or package. */
  readonly path: string;
  readonly files: number;
  readonly entities: number;
  readonly findings: readonly Finding[];
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

/** Puts findings in the order in which they are shown, and counts them. */
export function reportOf(path: string, files: number, entities: number, findings: readonly Finding[]): Report {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const sorted = [...findings].sort(
    (a, b) =>
      Number(a.file > b.file) - Number(a.file < b.file) ||
      a.line - b.line ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  return {
    path,
    files,
    entities,
    findings: sorted,
    errors: count('error'),
    warnings: count('warning'),
    notes: count('note'),
  };
}

/** Files that are named where the same is said of many. */
const NAMED = 3;

/** The report as text for a terminal: by file, but what is said of many files in the same words stands once at the end. */
export function formatReport({ path, files, entities, findings, errors, warnings, notes }: Report): string {
  const bySaying = groupFindings(findings, ({ code, found, expected }) => `${code} ${found} ${expected}`);
  const common = bySaying.filter((group) => placesOf(group).length > NAMED);
  const single = new Set(bySaying.filter((group) => !common.includes(group)).flat());
  const byFile = groupFindings(
    findings.filter((finding) => single.has(finding)),
    ({ file }) => file,
  );
  const lines = [
    `${path}: ${files} files, ${entities} entities: ${errors} errors, ${warnings} warnings, ${notes} notes`,
  ];
  for (const here of byFile) {
    lines.push('', here[0].file);
    lines.push(...here.map((finding) => `  ${SYMBOLS[finding.severity]} ${finding.line}: ${sentence(finding)}`));
  }
  for (const group of common) {
    const places = placesOf(group);
    lines.push('', `${places.slice(0, NAMED).join(', ')} and ${places.length - NAMED} more files`);
    lines.push(`  ${SYMBOLS[group[0].severity]} ${sentence(group[0])}`);
  }
  return lines.join('\n');
}

function placesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ file }) => file))];
}

function sentence({ found, expected, fix, code }: Finding): string {
  return `${found}; expected ${expected}. ${fix[0].toUpperCase()}${fix.slice(1)} [${code}]`;
}
