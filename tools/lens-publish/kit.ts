import { printable } from '../../ml/core/errors.ts';
import { indexAssets } from '../lens-studio/analysis/asset-index.ts';
import { plain } from '../lens-studio/files/entity.ts';
import { readProject } from '../lens-studio/files/project.ts';
import { videoFacts } from '../lens-studio/files/video.ts';
import { NAME_LENGTH } from '../lens-validate/codes.ts';
import { detectorsIn } from '../lens-validate/detector-rules.ts';
import { contentOf, ICON, PREVIEW } from '../lens-validate/esproj-rules.ts';
import type { Finding } from '../lens-validate/finding.ts';
import { faultOfVideo } from '../lens-validate/publish-rules.ts';
import type { Report } from '../lens-validate/report.ts';
import { validateProject } from '../lens-validate/validate.ts';
import { CHECKLIST } from './checklist.ts';
import type { Film } from './film.ts';

/** What is handed to Snap with a lens, and what is to be checked before. */
export interface Kit {
  /** Contents by file name: the icon, the preview video if there is one, and the text. */
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  /** What {@link validateProject} finds before publishing. */
  readonly report: Report;
}

const TEXT = 'publishing.md';
/** The files of any kit. */
export const KIT_FILES = [ICON, PREVIEW, TEXT];

/** Words for the search of Snapchat that fit any lens on expressions. */
const TAGS = ['face', 'expression', 'reaction', 'emoji'];

/**
 * Makes the publishing kit of a project. The same project and film give the same files.
 * @throws UserError if the folder is not a project, or its files cannot be read.
 */
export async function publishingKit(folder: string, film: Film): Promise<Kit> {
  const report = await validateProject(folder, undefined, true);
  const project = await readProject(folder);
  const index = await indexAssets(project);
  const labels = detectorsIn(index).flatMap(({ values }) => {
    const held = plain(values.get('labels') ?? null);
    return Array.isArray(held) ? held.filter((label) => typeof label === 'string') : [];
  });
  const files = new Map<string, Uint8Array | string>();
  const icon = await contentOf(folder, ICON);
  if (icon !== null) files.set(ICON, icon);
  if ('content' in film) files.set(PREVIEW, film.content);
  const findings = report.findings.filter(({ code }) => !(code === 'no-preview' && 'content' in film));
  const tags = [...new Set([...TAGS, ...labels.map((label) => label.toLowerCase())])];
  files.set(TEXT, textOf(project.esproj.metaInfo.lensName, tags, film, findings));
  return { files, report };
}

function textOf(name: string, tags: readonly string[], film: Film, findings: readonly Finding[]): string {
  const found = findings.map(({ severity, file, line, found, expected, fix }) => {
    const sentence = `${file}:${line}: ${found}; expected ${expected}; ${fix}`;
    return `- **${severity}** ${inline(sentence)}`;
  });
  return `# Publishing ${inline(name)}

| what | where it goes | here |
| --- | --- | --- |
| name | Project Settings > General | ${inline(name)} (${name.length} of ${NAME_LENGTH} characters) |
| icon | Project Settings > Lens Icon | \`${ICON}\` |
| preview | Project Settings > Lens Preview, *Upload Video With Lens* | ${filmText(film)} |
| tags | My Lenses, when you submit the lens | ${inline(tags.join(', '))} |

Choose icon and preview in Lens Studio, save the project, and run \`emotion-lens lens validate --publish\` on it.

## Found in the project

${found.length > 0 ? found.join('\n') : 'Nothing.'}

${CHECKLIST}`;
}

function filmText(film: Film): string {
  if ('missing' in film) return `not recorded: ${inline(film.missing)}`;
  const { width, height, seconds } = videoFacts(film.content) ?? { width: 0, height: 0, seconds: 0 };
  const fault = faultOfVideo(film.content);
  const facts = `${width} × ${height} pixels, ${seconds.toFixed(1)} s, ${(film.content.length / 1e6).toFixed(1)} MB`;
  return `\`${PREVIEW}\`, ${facts}${fault === undefined ? '' : `: **${fault} is not what Snap asks for**`}`;
}

/** A stranger's text in a table: no cell, line or markup more. */
function inline(text: string): string {
  return printable(text).replace(/[|<>`\n]/g, ' ');
}
