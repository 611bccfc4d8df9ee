import { UserError } from '../../ml/core/errors.ts';
import { type AssetIndex, indexAssets } from '../lens-studio/analysis/asset-index.ts';
import { endingOf } from '../lens-studio/files/importers.ts';
import { readPackage } from '../lens-studio/files/package.ts';
import { readProject } from '../lens-studio/files/project.ts';
import { checkDetectors } from './detector-rules.ts';
import { checkEsproj } from './esproj-rules.ts';
import { checkFields } from './field-rules.ts';
import { checkFiles, checkMetas } from './file-rules.ts';
import type { Finding } from './finding.ts';
import { checkLinks } from './link-rules.ts';
import { checkMaterials } from './material-rules.ts';
import { checkMl } from './ml-rules.ts';
import { checkPublishing } from './publish-rules.ts';
import { type Report, reportOf } from './report.ts';
import { checkLayers, checkOwnership } from './scene-rules.ts';
import { checkInputs, checkScripts } from './script-rules.ts';
import { checkSizes } from './size-rules.ts';
import { checkTypes } from './type-check.ts';

type Rule = (index: AssetIndex) => Finding[] | Promise<Finding[]>;

/** One for each family of findings. */
const RULES: readonly Rule[] = [
  checkFiles,
  checkEsproj,
  checkFields,
  checkMetas,
  checkLinks,
  checkOwnership,
  checkMaterials,
  checkScripts,
  checkInputs,
  checkMl,
  checkDetectors,
  checkSizes,
  checkLayers,
];

/**
 * Checks a project of Lens Studio 5, or a package, without opening Lens Studio. Nothing is changed, and nothing outside the project is read.
 * @param path the project's folder, or a `.lspkg` or `.lsc` file.
 * @param declarations of Lens Studio's API, a file or folder of `.d.ts`; by default those that the project has.
 * @param publishing also checks what Snap asks of a lens that is submitted.
 * @throws UserError if it is neither, the project's `.esproj` cannot be read, or the package is damaged or unsafe, or is to be
 *   published.
 */
export async function validateProject(path: string, declarations?: string, publishing = false): Promise<Report> {
  const isPackage = ['lspkg', 'lsc'].includes(endingOf(path));
  if (isPackage && publishing)
    throw new UserError(`${path} is a package, and only lenses are published; give the folder of the project`);
  const project = isPackage
    ? { ...(await readPackage(path)), folder: null, esproj: null, packages: [] }
    : await readProject(path);
  const index = await indexAssets(project);
  // The compiler works in a process of its own meanwhile.
  const [ofTypes, ofRules] = await Promise.all([checkTypes(index, declarations), runRules(index)]);
  const findings = [...ofTypes, ...ofRules];
  const all = publishing ? await checkPublishing(index, findings) : findings;
  return reportOf(path, index.assets.length, index.entities.length, all);
}

async function runRules(index: AssetIndex): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const rule of RULES) findings.push(...(await rule(index)));
  return findings;
}
