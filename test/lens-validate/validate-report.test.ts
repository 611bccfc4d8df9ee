import { describe, expect, it } from 'vitest';
import { finding } from '../../tools/lens-validate/finding.ts';
import { formatReport, reportOf } from '../../tools/lens-validate/report.ts';

const pointers = ['a.png', 'b.png', 'c.png', 'd.png', 'e.png'].map((file) =>
  finding('lfs-pointer', { file }, 'a pointer'),
);
const orphan = finding('orphan', { file: 'b.scene', line: 9 }, 'Text 1, which nothing owns');
const twice = finding('duplicate-id', { file: 'b.scene', line: 3 }, 'an id again');

describe('the report', () => {
  it('counts by severity, and sorts by file and line', () => {
    const report = reportOf('lens', 12, 34, [orphan, ...pointers, twice]);
    expect(report).toMatchObject({ files: 12, entities: 34, errors: 6, warnings: 1, notes: 0 });
    expect(report.findings.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'a.png:1',
      'b.png:1',
      'b.scene:3',
      'b.scene:9',
      'c.png:1',
      'd.png:1',
      'e.png:1',
    ]);
  });

  it('names each file with its findings, and says once what is said of many files', () => {
    const text = formatReport(reportOf('lens', 12, 34, [orphan, ...pointers, twice]));
    expect(text).toBe(`lens: 12 files, 34 entities: 6 errors, 1 warnings, 0 notes

b.scene
  ✗ 3: an id again; expected a unique id. Duplicate assets and objects in Lens Studio, which assigns new ids [duplicate-id]
  ! 9: Text 1, which nothing owns; expected an owner for every entity but the first. Open the project in Lens Studio and save it [orphan]

a.png, b.png, c.png and 2 more files
  ✗ a pointer; expected the file itself. Run \`git lfs pull\` in its repository [lfs-pointer]`);
  });
});
