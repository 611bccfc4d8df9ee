import { readProject } from '../files/project.ts';
import { checkEsproj } from './esproj-rules.ts';
import { checkFields } from './field-rules.ts';
import { checkFiles } from './file-rules.ts';
import type { Finding } from './finding.ts';
import { checkInputs } from './input-rules.ts';
import { checkLayers } from './layer-rules.ts';
import { checkLinks } from './link-rules.ts';
import { checkMetas } from './meta-rules.ts';
import { checkMl } from './ml-rules.ts';
import { type Model, modelOf } from './model.ts';
import { checkOwnership } from './ownership-rules.ts';
import { type Report, reportOf } from './report.ts';
import { checkScripts } from './script-rules.ts';
import { checkSizes } from './size-rules.ts';
import { checkTypes } from './type-check.ts';

type Rule = (model: Model) => Finding[] | Promise<Finding[]>;

/** One for each family of findings. */
const RULES: readonly Rule[] = [
  checkFiles,
  checkEsproj,
  checkFields,
  checkMetas,
  checkLinks,
  checkOwnership,
  checkScripts,
  checkTypes,
  checkInputs,
  checkMl,
  checkSizes,
  checkLayers,
];

/**
 * Checks a project of Lens Studio 5 without opening Lens Studio. Nothing is changed.
 * @throws UserError if the folder is no project, or its `.esproj` cannot be read.
 */
export async function validateProject(folder: string): Promise<Report> {
  const project = await readProject(folder);
  return check(folder, await modelOf(project));
}

async function check(path: string, model: Model): Promise<Report> {
  const findings: Finding[] = [];
  for (const rule of RULES) findings.push(...(await rule(model)));
  return reportOf(path, model.assets.length, model.entities.length, findings);
}
