import { extname, join, relative } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { writeAtomic } from '../../../ml/core/files.ts';
import type { ModelFormat } from '../../lens-build/lens-model.ts';
import { SHIPPED_LENS, SHIPPED_MODEL } from '../../lens-build/shipped.ts';
import { addCommand, type CommonOptions, perform } from '../command.ts';
import { refuseOverwrite } from '../flags.ts';

export function addLens(lens: Command): void {
  for (const add of [addBuild, addInstall, addValidate, addPackage]) add(lens);
}

function addBuild(lens: Command): void {
  addCommand(lens, 'build', 'Writes the Lens Studio project around the scripts in its folder', {
    '': 'writes the missing files',
    '--force': "after a change of the scripts' inputs, whose values the scene holds",
    '--out ../my-lens': 'a new project elsewhere, with a copy of the scripts and the model',
  })
    .option('--out <folder>', 'folder of the project', fromHere(SHIPPED_LENS))
    .option('--force', 'replace files that differ; edits by hand or by Lens Studio are lost')
    .addHelpText(
      'after',
      `
Scripts are never changed; their .meta files follow them. The model is written only if none is installed. If any other
file exists and differs, nothing is written and the files are listed; --force replaces them.`,
    )
    .action(({ out, force, ...options }: { out: string; force?: boolean }) =>
      perform(options, async () => {
        const { buildLens } = await import('../../lens-build/build.ts');
        const { written, unchanged } = await buildLens(out, force);
        const lines = written.map((path) => `  ${path}`);
        return {
          text: [`${out}: ${written.length} files written, ${unchanged} were up to date`, ...lines].join('\n'),
          json: { folder: out, written, unchanged },
        };
      }),
    );
}

interface InstallOptions {
  format?: ModelFormat;
  model: string;
  project: string;
}

function addInstall(lens: Command): void {
  addCommand(lens, 'install', "Replaces the model of a Lens Studio project's EmotionDetector", {
    '--model runs/2026-01-31-fer2013-96/model-votes': 'a model that you trained, as 8-bit TFLite',
    '--format onnx': 'the shipped float model, if your Lens Studio rejects the TFLite',
    '--project ../my-lens': 'into a lens of your own that uses EmotionDetector',
  })
    .addOption(formatOption())
    .option('--model <folder>', 'folder with model.json and the model', fromHere(SHIPPED_MODEL))
    .option('--project <folder>', 'folder with the .esproj; close it in Lens Studio first', fromHere(SHIPPED_LENS))
    .action(({ format, model: folder, project, ...options }: InstallOptions) =>
      perform(options, async () => {
        const { readLensModel } = await import('../../lens-build/lens-model.ts');
        const { installModel } = await import('../../lens-build/install.ts');
        const model = await readLensModel(folder, format);
        const { path, removed } = await installModel(project, model);
        const size = `${(model.bytes.length / 1e6).toFixed(2)} MB`;
        return {
          text: `${project}: ${path} (${size}) is installed${removed ? ` in place of ${removed}` : ''}`,
          json: { project, path, removed, bytes: model.bytes.length, sha256: model.file.sha256 },
        };
      }),
    );
}

function addValidate(lens: Command): void {
  addCommand(lens, 'validate [path]', 'Checks a Lens Studio 5 project or package without Lens Studio', {
    '': 'the lens of this repository',
    '../my-lens': 'any project of Lens Studio 5; exits with 1 if it has errors',
    'lens/EmotionDetector.lspkg --json': 'a package, for machines',
  })
    .option('--declarations <path>', "Lens Studio's declarations of its API: StudioLib.d.ts, or its folder")
    .action((path: string | undefined, options: CommonOptions & { declarations?: string }) =>
      perform(options, async () => {
        const { validateProject } = await import('../../lens-validate/validate.ts');
        const { formatReport } = await import('../../lens-validate/report.ts');
        const report = await validateProject(path ?? fromHere(SHIPPED_LENS), options.declarations);
        return { text: formatReport(report), json: report, exitCode: report.errors > 0 ? 1 : 0 };
      }),
    );
}

interface PackageOptions {
  format?: ModelFormat;
  model: string;
  out: string;
  force?: boolean;
}

function addPackage(lens: Command): void {
  addCommand(lens, 'package', 'Packages the detector with a model, to be dragged into any lens', {
    '--force': 'again, after a change of the scripts or the model',
    '--model runs/2026-01-31-mine/model-votes --out Mine.lspkg': 'with a model that you trained',
  })
    .addOption(formatOption())
    .option('--model <folder>', 'folder with model.json and the model', fromHere(SHIPPED_MODEL))
    .option('--out <file.lspkg>', 'package to write', fromHere(join(SHIPPED_LENS, 'EmotionDetector.lspkg')))
    .option('--force', 'replace a file that exists')
    .action(({ format, model, out, force, ...options }: PackageOptions) =>
      perform(options, async () => {
        const { readLensModel } = await import('../../lens-build/lens-model.ts');
        const { packageDetector } = await import('../../lens-build/package/package-detector.ts');
        if (extname(out) !== '.lspkg')
          throw new UserError(
            `--out ${out}: expected a file name that ends in .lspkg, which Lens Studio imports; rename it`,
          );
        refuseOverwrite([out], force);
        const content = await packageDetector(await readLensModel(model, format));
        await writeAtomic(out, content);
        return {
          text: `${out} (${(content.length / 1e6).toFixed(2)} MB): drag it into the Asset Browser of your lens`,
          json: { path: out, bytes: content.length },
        };
      }),
    );
}

function formatOption(): Option {
  return new Option('--format <format>', 'tflite (8 bits) or onnx (floats); default: tflite if there is one').choices([
    'tflite',
    'onnx',
  ]);
}

/** A path as a user in this folder would give it. */
function fromHere(path: string): string {
  return relative('', path) || '.';
}
