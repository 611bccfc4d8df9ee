import { type Command, Option } from 'commander';
import { FIELDS } from '../../ml/config/fields.ts';
import { loadConfig, parseAssignment, settingOfText } from '../../ml/config/load.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { UserError } from '../../ml/core/errors.ts';
import { checkRunName } from '../pipeline/run-folder.ts';
import type { TrainOptions } from '../pipeline/train-run.ts';

/** Flags of a training for fields of the configuration. */
export const TRAINING_FLAGS = {
  '--weights <file>': 'model.weights',
  '--targets <list>': 'train.targets',
  '--teachers <list>': 'train.teachers',
  '--epochs <n>': 'train.epochs',
  '--batch-size <n>': 'train.batchSize',
  '--architecture <name>': 'model.architecture',
  '--size <pixels>': 'model.size',
  '--width <factor>': 'model.width',
  '--landmarks <use>': 'model.landmarks',
  '--seed <n>': 'seed',
  '--device <name>': 'train.device',
};

/** What the flags of a training say. */
export interface RunFlags {
  readonly file: string | undefined;
  readonly settings: readonly Setting[];
  readonly name: string | undefined;
  /** Folder of a run to resume. */
  readonly resume: string | undefined;
}

/** Adds the flags that name the data, and the one that sets anything, to a command; returns the list that parsing fills. */
export function addSourceFlags(command: Command): Setting[] {
  const settings: Setting[] = [];
  addFieldFlags(command, settings, {
    '--data <path>': 'data.source',
    '--votes <file>': 'data.votes',
  });
  addSwitches(command, settings, { '--skip-bad-rows': 'data.skipBadRows' });
  const map: string[] = [];
  command.option(
    '--map <name=class>',
    `data.map: ${FIELDS.get('data.map')?.description}; may be repeated`,
    (text: string) => {
      map.push(text);
      settings.push({ path: 'data.map', value: [...map], origin: `--map ${text}` });
    },
  );
  command.option(
    '--set <field=value>',
    'set any field, for example train.learningRate=1e-3; may be repeated',
    (text) => {
      settings.push(parseAssignment(text));
    },
  );
  return settings;
}

/** Adds {@link addSourceFlags}, and those that choose what of the data is trained and tested on. */
export function addDataFlags(command: Command): Setting[] {
  const settings = addSourceFlags(command);
  addFieldFlags(command, settings, {
    '--classes <which>': 'data.classes',
    '--refine <manifest>': 'data.refine',
    '--extra-dataset <folder>': 'data.extraDataset',
    '--upscale <edsr.onnx>': 'data.upscale',
    '--fold <n>': 'data.fold',
    '--folds <n>': 'data.folds',
  });
  addFormerFlag(command, settings, '--extra <folder>', '--extra-dataset', 'data.extraDataset');
  addSwitches(command, settings, { '--contempt': 'data.contempt', '--hide-faces': 'hideFaces' });
  return settings;
}

/**
 * Adds the flags of a training to a command.
 * @param flags for fields of the configuration, in addition to those of the data.
 * @param settings what the flags of the data fill.
 * @returns what reads them after parsing.
 */
export function addRunFlags(
  command: Command,
  flags: Readonly<Record<string, string>> = TRAINING_FLAGS,
  settings: Setting[] = addDataFlags(command),
): () => RunFlags {
  addFieldFlags(command, settings, flags);
  command
    .option('--config <file>', 'YAML or JSON with any part of the configuration; flags override it')
    .option('--name <name>', 'name of the run folder, after the date')
    .option('--resume <run>', 'resume a stopped run, with its own configuration');
  return () => {
    const { config, name, resume } = command.opts<{ config?: string; name?: string; resume?: string }>();
    const other = settings[0]?.origin ?? (config && `--config ${config}`) ?? (name && `--name ${name}`);
    if (resume !== undefined && other !== undefined) {
      throw new UserError(
        `${other}: a resumed run keeps its own configuration; remove this option, or start a new run`,
      );
    }
    if (name !== undefined) checkRunName(name);
    return { file: config, settings, name, resume };
  };
}

/** The training that the flags ask for. */
export async function trainOptions({ file, settings, name, resume }: RunFlags): Promise<TrainOptions> {
  return resume === undefined ? { config: await loadConfig(file, settings), name } : { resume };
}

/** Adds flags that set a field to true. */
function addSwitches(command: Command, settings: Setting[], flags: Readonly<Record<string, string>>): void {
  for (const [flag, path] of Object.entries(flags)) {
    command.option(flag, `${path}: ${FIELDS.get(path)?.description}`, () => {
      settings.push({ path, value: true, origin: flag });
    });
  }
}

/** Adds flags that stand for one field each; parsing adds what they say to the settings. */
export function addFieldFlags(command: Command, settings: Setting[], flags: Readonly<Record<string, string>>): void {
  for (const [flag, path] of Object.entries(flags)) {
    const name = flag.split(' ')[0];
    const about = FIELDS.get(path)?.description;
    command.option(flag, about ? `${path}: ${about}` : path, (text: string) => {
      settings.push(settingOfText(path, text, `${name} ${text}`));
    });
  }
}

/** Adds a flag that has another name now; it works until version 0.3, and help no longer shows it. */
function addFormerFlag(command: Command, settings: Setting[], flag: string, present: string, path: string): void {
  const name = flag.split(' ')[0];
  const option = new Option(flag).hideHelp().argParser((text: string) => {
    process.stderr.write(`${name} is deprecated and will be removed in version 0.3; use ${present}\n`);
    settings.push(settingOfText(path, text, `${name} ${text}`));
  });
  command.addOption(option);
}
