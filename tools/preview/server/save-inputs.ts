import { createHash } from 'node:crypto';
import { z } from 'zod';
import { oneAtATime } from '../../../ml/core/async.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { writeAtomic } from '../../../ml/core/files.ts';
import { withProjectLock } from '../../lens-studio/files/project.ts';
import { filesUnder } from '../../lens-studio/files/stored-file.ts';
import { type EntityFile, readEntityFile, replaceInput } from '../../lens-studio/scripts/replace-input.ts';
import type { Literal } from '../../lens-studio/scripts/script.ts';
import { readProgram } from '../../simulator/load/read-program.ts';
import type { InspectorInput, LensProgram } from '../../simulator/program.ts';

const value = z.union([
  z.number(),
  z.boolean(),
  z.string().max(10_000),
  z.strictObject({ vector: z.array(z.number()).min(2).max(4) }),
]);

/** What the page sends to have inputs saved. */
export const SaveRequest = z.strictObject({
  /** What {@link sceneStamp} gave when the page read the project. */
  stamp: z.string(),
  /** New values by id of the script component, then by name of the input. */
  inputs: z.record(z.string(), z.record(z.string(), value)),
});
export type SaveRequest = z.infer<typeof SaveRequest>;

type NewValue = z.infer<typeof value>;

/**
 * A stamp of a project's scenes: it is another one as soon as a byte of them is.
 * @throws UserError if one cannot be read, or is larger than any scene.
 */
export async function sceneStamp(project: string): Promise<string> {
  return stampOf(await readScenes(project));
}

/**
 * Writes values of script components' inputs into a project's scenes. Of the files nothing else changes, but that Lens Studio
 * is told that the input no longer has the value of its script (a field of `ScriptInputsDefault`).
 * @returns the new stamp of the scenes.
 * @throws UserError if the scenes are others than those of the stamp, another process is at work in the project, or a value
 *   does not fit its input; then nothing is written. Of several requests with one stamp only the first is not out of date.
 */
export function saveInputs(project: string, request: SaveRequest): Promise<string> {
  return next(() => withProjectLock(project, 'saving inputs', () => save(project, request)));
}

/** Nothing is written between the look at the stamp and the end of the writing. */
const next = oneAtATime();

async function save(project: string, { stamp, inputs }: SaveRequest): Promise<string> {
  const scenes = await readScenes(project);
  if (stampOf(scenes) !== stamp)
    throw new UserError('the scene has changed since this page read it; reload the page: the values set there stay');
  const program = await readProgram(project);
  const edited = new Map(scenes.map((scene) => [scene.path, scene.text]));
  for (const [component, values] of Object.entries(inputs)) {
    for (const [name, changed] of Object.entries(values)) {
      const input = findInput(program, component, name);
      const path = scenes.find(({ text }) => text.includes(`- !<ScriptComponent/${component}>`))?.path;
      if (path === undefined) throw new UserError(`no scene of the project holds the component ${component}`);
      const { type, isArray } = input;
      const declared = { name, type: { name: type, isArray, className: undefined } };
      edited.set(path, replaceInput({ path, text: edited.get(path)! }, component, declared, literalOf(input, changed)));
    }
  }
  for (const { path, text } of scenes)
    if (edited.get(path) !== text) await writeAtomic(`${project}/${path}`, edited.get(path)!);
  return sceneStamp(project);
}

async function readScenes(project: string): Promise<EntityFile[]> {
  const files = (await filesUnder(project, 'Assets')).filter(({ path }) => path.endsWith('.scene'));
  return Promise.all(files.map(readEntityFile));
}

function stampOf(scenes: readonly EntityFile[]): string {
  const hash = createHash('sha256');
  for (const { path, text } of scenes) hash.update(`${path}\0${text}\0`);
  return hash.digest('hex');
}

function findInput(program: LensProgram, component: string, name: string): InspectorInput {
  const use = program.objects.flatMap(({ components }) => components).find(({ id }) => id === component);
  const script = use?.kind === 'script' ? program.scripts.find(({ id }) => id === use.script) : undefined;
  const input = script?.inspector.find((entry) => entry.kind === 'input' && entry.name === name);
  if (input?.kind !== 'input')
    throw new UserError(`the scene has no input ${name} of a script component ${component}; reload the page`);
  return input;
}

const VECTORS: Readonly<Record<string, number>> = { vec2: 2, vec3: 3, vec4: 4, quat: 4 };

/** @throws UserError if the value is none that the Inspector would take. */
function literalOf(input: InspectorInput, changed: NewValue): Literal {
  const { name, type, isArray, widget } = input;
  const refuse = (expected: string): never => {
    throw new UserError(`${name}: found ${JSON.stringify(changed)}, expected ${expected}`);
  };
  if (isArray) return refuse('no value at all: lists are set in Lens Studio');
  if (widget?.kind === 'choice' && !widget.choices.some((choice) => choice.value === changed))
    return refuse(`one of ${widget.choices.map((choice) => choice.value).join(', ')}`);
  switch (type) {
    case 'float':
    case 'int': {
      if (typeof changed !== 'number' || (type === 'int' && !Number.isInteger(changed)))
        return refuse(type === 'int' ? 'a whole number' : 'a number');
      if (widget?.kind === 'slider' && (changed < widget.min || changed > widget.max))
        return refuse(`a number from ${widget.min} to ${widget.max}`);
      return changed;
    }
    case 'bool':
      return typeof changed === 'boolean' ? changed : refuse('true or false');
    case 'string':
      return typeof changed === 'string' ? changed : refuse('a text');
    default: {
      const length = VECTORS[type] ?? refuse('no value at all: links are set in Lens Studio');
      if (typeof changed !== 'object' || changed.vector.length !== length) return refuse(`${length} numbers`);
      return changed.vector;
    }
  }
}
