import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDeclarations } from './declarations.ts';

/** What we declare that Lens Studio's own file does not hold, or holds otherwise, and why. */
const EXCEPTIONS: readonly [name: RegExp, why: string][] = [
  [/^BaseScriptComponent\b/, "declared by Lens Studio's script editor, not in StudioLib.d.ts"],
  [/^global$/, 'a namespace there; declared here as Node does, so that tests can use both'],
];

/** Declared by Lens Studio's script editor, not in StudioLib.d.ts. */
const NOT_IN_LIBRARY = 'decorators.d.ts';

const files = readdirSync('lens/types').filter((file) => file.endsWith('.d.ts') && file !== NOT_IN_LIBRARY);
const ours = readDeclarations(files.map((file) => readFileSync(join('lens/types', file), 'utf8')).join('\n'));

/** Values of the global object are members of the namespace `global` there. */
const namesThere = (name: string) => [name, `global.${name}`];

/** Our declarations that another file contradicts, with what it says. */
function contradictions(source: string): string[] {
  const theirs = readDeclarations(source);
  return [...ours]
    .filter(([name]) => !EXCEPTIONS.some(([exception]) => exception.test(name)))
    .flatMap(([name, type]) => {
      const there = namesThere(name)
        .map((one) => theirs.get(one))
        .find((one) => one !== undefined);
      return there === type ? [] : [`${name}: ${type}, there ${there ?? 'missing'}`];
    });
}

describe('our declarations of the API of Lens Studio', () => {
  it('are read: classes, members, enums, functions, events and components', () => {
    expect(ours.get('MLComponent')).toBe(' extends Component');
    expect(ours.get('MLComponent.onLoadingFailed')).toBe('(error:string)=>void');
    expect(ours.get('MLComponent.build')).toBe('(BasePlaceholder[])=>void');
    expect(ours.get('MachineLearning.ModelState.Idle')).toBe('enum');
    expect(ours.get('MachineLearning.createInputBuilder')).toBe('()=>InputBuilder');
    expect(ours.get('EventNameMap.FaceFoundEvent')).toBe('FaceFoundEvent');
    expect(ours.get('print')).toBe('(any)=>void');
    expect(ours.size).toBeGreaterThan(200);
  });

  it('are compared: what is missing or of another type is found', () => {
    const source = files.map((file) => readFileSync(join('lens/types', file), 'utf8')).join('\n');
    expect(contradictions(source)).toEqual([]);
    expect(contradictions(source.replace('getRealTimeNanos(): number', 'getRealTimeNanos(): string'))).toEqual([
      'getRealTimeNanos: ()=>number, there ()=>string',
    ]);
    expect(contradictions(source.replace('setFlipX(value: boolean)', 'setFlip(value: boolean)'))).toEqual([
      'TransformerBuilder.setFlipX: (boolean)=>TransformerBuilder, there missing',
    ]);
    expect(contradictions(source.replace('class Head extends Component', 'class Head extends Visual'))).toEqual([
      'Head:  extends Component, there  extends Visual',
    ]);
  });

  const library = process.env.STUDIO_LIB ?? 'lens/Support/StudioLib.d.ts';
  it.skipIf(!existsSync(library.split(delimiter)[0])).each(library.split(delimiter))('agree with %s', (file) => {
    expect(contradictions(readFileSync(file, 'utf8'))).toEqual([]);
  });
});
