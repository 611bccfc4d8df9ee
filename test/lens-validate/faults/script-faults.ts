import { edit, type Fault, write } from './fault.ts';
import { HAPPY, SCENE } from './seeded-project.ts';

/** Scripts and their inputs. */
export const SCRIPT_FAULTS: readonly Fault[] = [
  {
    what: 'a script that does not parse',
    seed: write(HAPPY, 'export class {\n  oops(\n'),
    code: 'script-syntax',
    file: HAPPY,
  },
  {
    what: 'a JavaScript file that does not parse',
    seed: write('Assets/Old.js', '// inputs\n@input float x\n'),
    code: 'script-syntax',
    file: 'Assets/Old.js',
    at: '@input',
    also: ['missing-meta'],
  },
  {
    what: 'an API of browsers',
    seed: edit('Assets/Effects/Easing.ts', /$/, '\nexport function later(f: () => void) {\n  setTimeout(f, 10);\n}\n'),
    code: 'foreign-api',
    file: 'Assets/Effects/Easing.ts',
    at: 'setTimeout',
  },
  {
    what: 'an input that is empty',
    seed: edit(SCENE, /(detector: !<MappingBased.AssignableType> ).*/, '$100000000-0000-0000-0000-000000000000'),
    code: 'missing-input',
    file: SCENE,
    at: 'detector: !',
  },
  {
    what: 'an input that the script lacks',
    seed: edit(SCENE, '      happyFade: 0.4', '      joyFade: 0.500000\n      happyFade: 0.4'),
    code: 'unknown-input',
    file: SCENE,
    at: 'joyFade',
  },
  {
    what: 'a value of another type',
    seed: edit(SCENE, '      happyFade: 0.400000', '      happyFade: slow'),
    code: 'input-type',
    file: SCENE,
    at: 'happyFade: slow',
  },
  {
    what: 'a link with the tag of another type',
    seed: edit(SCENE, 'model: !<reference.MLAsset>', 'model: !<reference.Material>'),
    code: 'input-type',
    file: SCENE,
    at: 'model: !',
    also: ['link-kind'],
  },
  {
    what: 'a component of another class',
    seed: (project) => {
      const sad = project.idOf('ScriptComponent', 'SadEffect');
      project.edit(SCENE, /(detector: !<MappingBased.AssignableType> ).*/, `$1${sad}`);
    },
    code: 'input-class',
    file: SCENE,
    at: 'detector: !',
  },
  {
    what: 'an input that the meta does not know yet',
    seed: edit(HAPPY, '  @input\n', '  @input\n  brandNew: number = 1;\n\n  @input\n'),
    code: 'stale-input-lines',
    file: `${HAPPY}.meta`,
    at: 'InputLines',
  },
];
