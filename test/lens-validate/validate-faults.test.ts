import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { SHIPPED_LENS } from '../../tools/lens-build/shipped.ts';
import { CODES, type Code } from '../../tools/lens-validate/codes.ts';
import { formatReport } from '../../tools/lens-validate/report.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';
import { FILE_FAULTS } from './faults/file-faults.ts';
import { LINK_FAULTS } from './faults/link-faults.ts';
import { MATERIAL_FAULTS } from './faults/material-faults.ts';
import { MODEL_FAULTS, SIZE_FAULTS } from './faults/model-faults.ts';
import { META_FAULTS, PROJECT_FAULTS } from './faults/project-faults.ts';
import { SCRIPT_FAULTS } from './faults/script-faults.ts';
import { SeededProject } from './faults/seeded-project.ts';

vi.mock('../../tools/lens-validate/type-check.ts', async (original) =>
  (await import('./remembered.ts')).rememberTypes(await original()),
);
vi.mock('../../tools/lens-studio/yaml/parse.ts', async (original) =>
  (await import('./remembered.ts')).rememberYaml(await original()),
);
vi.mock('../../tools/lens-studio/analysis/read-scripts.ts', async (original) =>
  (await import('./remembered.ts')).rememberScripts(await original()),
);

const FAULTS = [
  ...FILE_FAULTS,
  ...PROJECT_FAULTS,
  ...META_FAULTS,
  ...LINK_FAULTS,
  ...MATERIAL_FAULTS,
  ...SCRIPT_FAULTS,
  ...MODEL_FAULTS,
  ...SIZE_FAULTS,
];
/** Kinds that other tests seed. */
const ELSEWHERE: readonly Code[] = [
  'type-check',
  'not-type-checked',
  'outside-link',
  'demo-mode',
  'debug-mode',
  'no-icon',
  'trademark',
  'experimental-api',
  'no-preview',
  'preview-video',
];

describe('the validator', () => {
  it('finds nothing in the shipped lens and its package', async () => {
    for (const path of [SHIPPED_LENS, join(SHIPPED_LENS, 'EmotionDetector.lspkg')]) {
      const report = await validateProject(path);
      expect(formatReport(report)).toMatch(/: 0 errors, 0 warnings, 0 notes$/);
      expect(report.entities).toBeGreaterThan(40);
    }
  });

  it('finds nothing in the copy that faults are seeded into', async () => {
    const project = new SeededProject();
    expect(await project.findings()).toEqual([]);
    project.delete();
  });

  it.each(FAULTS)('finds $what: $code', async ({ seed, code, file, at, also = [] }) => {
    const project = new SeededProject();
    seed(project);
    const findings = await project.findings();
    const line = at === undefined ? 1 : typeof at === 'string' ? project.line(file, at) : at(project);
    expect(findings.map((finding) => `${finding.code} ${finding.file}:${finding.line}`)).toContain(
      `${code} ${file}:${line}`,
    );
    expect([...new Set(findings.map((finding) => finding.code))].sort()).toEqual([code, ...also].sort());
    project.delete();
  });

  it('has a fault for every kind of finding', () => {
    const seeded = new Set([...FAULTS.map(({ code }) => code), ...ELSEWHERE]);
    expect([...seeded].sort()).toEqual(Object.keys(CODES).sort());
    expect(FAULTS.length).toBeGreaterThanOrEqual(30);
  });
});
