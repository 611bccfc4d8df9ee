import { join } from 'node:path';
import { SHIPPED_MODEL } from '../../../tools/lens-build/shipped.ts';
import { edit, type Fault, objectLine, png, write } from './fault.ts';
import { MODEL, SCENE } from './seeded-project.ts';

/** Models and their import settings. */
export const MODEL_FAULTS: readonly Fault[] = [
  { what: 'a damaged model', seed: write(MODEL, new Uint8Array(2000)), code: 'unreadable-model', file: MODEL },
  {
    what: 'another input name',
    seed: edit(`${MODEL}.meta`, 'Name: image', 'Name: data'),
    code: 'model-input',
    file: `${MODEL}.meta`,
    at: 'Inputs',
  },
  {
    what: 'another output name',
    seed: edit(`${MODEL}.meta`, 'Name: prob', 'Name: pred'),
    code: 'model-output',
    file: `${MODEL}.meta`,
    at: 'Outputs',
  },
  {
    what: 'another input size',
    seed: edit(`${MODEL}.meta`, 'x: 192.0', 'x: 64.0'),
    code: 'model-shape',
    file: `${MODEL}.meta`,
    at: 'Inputs',
  },
  {
    what: 'another number of classes',
    seed: edit(`${MODEL}.meta`, 'z: 7.000000', 'z: 8.000000'),
    code: 'model-shape',
    file: `${MODEL}.meta`,
    at: 'Outputs',
    also: ['model-normalization', 'detector-labels'],
  },
  {
    what: 'a label too few',
    seed: edit(SCENE, '        - Disgust\n', ''),
    code: 'detector-labels',
    file: SCENE,
    at: 'labels: !',
  },
  {
    what: 'labels of the same triggers',
    seed: edit(SCENE, '        - Disgust\n', '        - Fear!\n'),
    code: 'detector-labels',
    file: SCENE,
    at: 'labels: !',
  },
  {
    what: 'a class of rest that is none',
    seed: edit(SCENE, 'rest: Neutral', 'rest: Background'),
    code: 'detector-rest',
    file: SCENE,
    at: 'rest: Background',
  },
  {
    what: 'a normalization too few',
    seed: edit(`${MODEL}.meta`, '          - scale: 0.007843\n            bias: -1.000000\n', ''),
    code: 'model-normalization',
    file: `${MODEL}.meta`,
    at: 'Inputs',
  },
  {
    what: 'a model that SnapML refuses',
    seed: (project) => project.add('Assets/Second.onnx', join(SHIPPED_MODEL, 'emotion.int8.onnx')),
    code: 'snapml-refuses',
    file: 'Assets/Second.onnx',
    also: ['missing-meta'],
  },
  {
    what: 'too many models',
    seed: (project) => project.add('Assets/Floats.onnx', join(SHIPPED_MODEL, 'emotion.onnx')),
    code: 'ml-size',
    file: 'Assets/Floats.onnx',
    also: ['missing-meta'],
  },
];

/** Sizes, and what nobody sees. */
export const SIZE_FAULTS: readonly Fault[] = [
  {
    what: 'a lens that is too large',
    // What a PNG holds compresses no further.
    seed: write('Assets/Large.png', new Uint8Array([...png(2048, 2048), ...new Uint8Array(9_000_000)])),
    code: 'lens-size',
    file: 'Assets/Large.png',
    also: ['missing-meta'],
  },
  {
    what: 'a picture that is too large',
    seed: write('Assets/Wide.png', png(4096, 16)),
    code: 'texture-size',
    file: 'Assets/Wide.png',
    also: ['missing-meta'],
  },
  {
    what: 'a visual that no camera renders',
    seed: (project) => {
      const id = 'abcdef00-0000-4000-8000-000000000001';
      const canvas = project.read(SCENE).match(/- !<Canvas\/([^>]*)>/)![1];
      project.edit(SCENE, `    - !<own> ${canvas}\n`, `    - !<own> ${canvas}\n    - !<own> ${id}\n`);
      project.edit(SCENE, /$/, `- !<PostEffectVisual/${id}>\n  Name: Post\n  Enabled: true\n  MeshShadowMode: None\n`);
      project.edit(SCENE, /(Name: Orthographic Camera\n {2}Enabled: true\n {2}Layers: )1048576/, '$14');
    },
    code: 'no-camera',
    file: SCENE,
    at: objectLine('Orthographic Camera'),
  },
];
