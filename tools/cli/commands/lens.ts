import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { readBytes, writeAtomic } from '../../../ml/core/files.ts';
import type { ModelFormat } from '../../lens-build/lens-model.ts';
import { SHIPPED_LENS, SHIPPED_MODEL } from '../../lens-build/shipped.ts';
import { SHIPPED_STUDIO, STUDIO_NAMES, type StudioName } from '../../lens-build/studio.ts';
import { addCommand, type CommandResult, type CommonOptions, perform } from '../command.ts';
import { refuseOverwrite } from '../flags.ts';
import type { CliReporter } from '../reporter.ts';

export function addLens(lens: Command): void {
  for (const add of [addBuild, addInstall, addValidate, addPackage]) add(lens);
}

function addBuild(lens: Command): void {
  addCommand(lens, 'build', 'Writes the Lens Studio project around the scripts in its folder', {
    '': 'writes the missing files',
    '--force': "after a change of the scripts' inputs, whose values the scene holds",
    '--out ../my-lens': 'a new project elsewhere, with a copy of the scripts and the model',
    '--studio 5.15 --out ../my-lens': 'for Lens Studio 5.15 to 5.21: emoji in place of shaders and art',
  })
    .option('--out <folder>', 'folder of the project', fromHere(SHIPPED_LENS))
    .option('--force', 'replace files that differ; edits by hand or by Lens Studio are lost')
    .addOption(
      new Option('--studio <version>', 'the oldest Lens Studio that opens it')
        .choices(STUDIO_NAMES)
        .default(SHIPPED_STUDIO),
    )
    .addHelpText(
      'after',
      `
Scripts are never changed; their .meta files follow them. The model is written only if none is installed. If any other
file exists and differs, nothing is written and the files are listed; --force replaces them.`,
    )
    .action(({ out, force, studio, ...options }: { out: string; force?: boolean; studio: StudioName }) =>
      perform(options, async () => {
        const { buildLens } = await import('../../lens-build/build.ts');
        const { written, unchanged } = await buildLens(out, force, studio);
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
    '../my-lens --publish': 'whether it can be submitted to Snap',
    'lens/EmotionDetector.lspkg --json': 'a package, for machines',
  })
    .option('--declarations <path>', "Lens Studio's declarations of its API: StudioLib.d.ts, or its folder")
    .option(
      '--publish',
      'also check what Snap asks of a lens that is submitted: name, icon, preview, Demo Mode and Debug off',
    )
    .action((path: string | undefined, options: CommonOptions & { declarations?: string; publish?: boolean }) =>
      perform(options, async () => {
        const { validateProject } = await import('../../lens-validate/validate.ts');
        const { formatReport } = await import('../../lens-validate/report.ts');
        const report = await validateProject(path ?? fromHere(SHIPPED_LENS), options.declarations, options.publish);
        return { text: formatReport(report), json: report, exitCode: report.errors > 0 ? 1 : 0 };
      }),
    );
}

interface PackageOptions extends CommonOptions {
  format?: ModelFormat;
  model: string;
  out: string;
  force?: boolean;
  publish?: string;
  /** With `publish`. */
  project?: string;
  /** With `publish`: a file; false for none; undefined to record one. */
  film?: string | false;
}

function addPackage(lens: Command): void {
  addCommand(lens, 'package', 'Packages the detector with a model, to be dragged into any lens', {
    '--force': 'again, after a change of the scripts or the model',
    '--model runs/2026-01-31-mine/model-votes --out Mine.lspkg': 'with a model that you trained',
    '--publish publish-kit': 'also what Snap wants with the lens of this repository',
    '--publish my-lens.zip --project ../my-lens --film recorded-on-my-phone.mp4':
      'the same of a lens of your own that uses EmotionDetector, as one file, with a preview video of your own',
  })
    .addOption(formatOption())
    .option('--model <folder>', 'folder with model.json and the model', fromHere(SHIPPED_MODEL))
    .option('--out <file.lspkg>', 'package to write', fromHere(join(SHIPPED_LENS, 'EmotionDetector.lspkg')))
    .option('--force', 'replace files that exist')
    .option(
      '--publish <path>',
      'also make the publishing kit of a lens: a folder or .zip file with icon, preview video, and a text with tags and a checklist',
    )
    .option(
      '--project <folder>',
      `with --publish: folder with the .esproj of that lens (default: ${fromHere(SHIPPED_LENS)})`,
    )
    .option('--film <file.mp4>', 'with --publish: preview video; default: it is recorded, which takes a minute or two')
    .option('--no-film', 'with --publish: no preview video')
    .addHelpText(
      'after',
      `
A package that exists and would be the same stays as it is. The preview video is recorded in a headless browser (Chromium, Chrome or
Edge): the demo of EmotionDetector on a drawn person. Nothing is sent anywhere, and the project is not changed.`,
    )
    .action((options: PackageOptions) => perform(options, (reporter) => packageLens(options, reporter)));
}

async function packageLens(options: PackageOptions, reporter: CliReporter): Promise<CommandResult> {
  const { format, model, out, force, publish, project, film } = options;
  if (publish === undefined && (project !== undefined || film !== undefined))
    throw new UserError('--project, --film and --no-film are about the publishing kit: they need --publish; add it');
  if (extname(out) !== '.lspkg')
    throw new UserError(`--out ${out}: expected a file name that ends in .lspkg, which Lens Studio imports; rename it`);
  const { readLensModel } = await import('../../lens-build/lens-model.ts');
  const { packageDetector } = await import('../../lens-build/package/package-detector.ts');
  const content = await packageDetector(await readLensModel(model, format));
  const isNew = !(await holds(out, content));
  if (isNew) refuseOverwrite([out], force);
  const kit = publish === undefined ? null : await makeKit(publish, options, reporter);
  if (isNew) await writeAtomic(out, content);
  const size = `${(content.length / 1e6).toFixed(2)} MB`;
  const lines = [
    `${out} (${size})${isNew ? '' : ' was up to date'}: drag it into the Asset Browser of your lens`,
    ...(kit?.lines ?? []),
  ];
  return { text: lines.join('\n'), json: { path: out, bytes: content.length, kit: kit?.json ?? null } };
}

/** @param out folder, or .zip file. */
async function makeKit(
  out: string,
  { project = fromHere(SHIPPED_LENS), film: given, force }: PackageOptions,
  reporter: CliReporter,
) {
  const { KIT_FILES, publishingKit } = await import('../../lens-publish/kit.ts');
  const { readFilm, recordFilm } = await import('../../lens-publish/film.ts');
  const { writeZip } = await import('../../lens-studio/files/zip.ts');
  const isZip = extname(out) === '.zip';
  const places = KIT_FILES.map((name) => join(out, name));
  refuseOverwrite(isZip ? [out] : places, force);
  if (given === undefined) reporter.note('recording the preview video');
  const film =
    given === undefined
      ? await recordFilm(project)
      : given === false
        ? { missing: 'none was wanted' }
        : await readFilm(given);
  const { files, report } = await publishingKit(project, film);
  if (isZip) await writeAtomic(out, writeZip(files));
  else {
    // None of an earlier kit stays that this one lacks.
    for (const place of places) await rm(place, { force: true });
    for (const [name, content] of files) await writeAtomic(join(out, name), content);
  }
  const missing = 'missing' in film ? film.missing : null;
  const lines = [
    `${out}: ${[...files.keys()].join(', ')}`,
    ...(missing !== null && given === undefined ? [`no preview video: ${missing}`] : []),
    ...(report.errors > 0
      ? [`${report.errors} errors are to be fixed before the lens is published: see publishing.md`]
      : []),
  ];
  return { lines, json: { out, files: [...files.keys()], missing, report } };
}

/** Whether a file is there and has this content. */
async function holds(path: string, content: Uint8Array): Promise<boolean> {
  return existsSync(path) && Buffer.from(await readBytes(path)).equals(content);
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
