import { join } from 'node:path';
import { assetId } from '../../../tools/lens-build/ids.ts';
import { SHIPPED_LENS } from '../../../tools/lens-build/shipped.ts';
import { edit, type Fault, NOWHERE, objectLine } from './fault.ts';
import { CAMERA_TEXTURE, SCENE, TARGET } from './seeded-project.ts';

/** Ids and links. */
export const LINK_FAULTS: readonly Fault[] = [
  {
    what: 'an id that stands twice',
    seed: (project) => {
      project.add('Assets/Copy.renderTarget', join(SHIPPED_LENS, TARGET));
      project.add('Assets/Copy.renderTarget.meta', join(SHIPPED_LENS, `${TARGET}.meta`));
    },
    code: 'duplicate-id',
    file: TARGET,
  },
  {
    what: 'a link to nowhere',
    seed: edit(SCENE, /(RenderOutput: !<reference> ).*/, `$1${NOWHERE}`),
    code: 'unresolved-link',
    file: SCENE,
    at: 'RenderOutput',
  },
  {
    what: 'a font that is gone',
    seed: edit(SCENE, '  UnitType: World', `  UnitType: World\n  Font: !<reference> ${NOWHERE}`),
    code: 'missing-font',
    file: SCENE,
    at: 'Font: ',
    also: ['unknown-field'],
  },
  {
    what: 'a texture in place of a script',
    seed: (project) => {
      const id = project.read(`${CAMERA_TEXTURE}.meta`).match(/Texture: !<reference> (.*)/)![1];
      project.edit(SCENE, /(Name: SadEffect\n {2}Enabled: true\n {2}ScriptAsset: !<reference> ).*/, `$1${id}`);
    },
    code: 'link-kind',
    file: SCENE,
    at: `ScriptAsset: !<reference> ${assetId(CAMERA_TEXTURE)}`,
  },
  {
    what: 'a sound in place of a texture',
    seed: (project) => {
      const id = project.read(SCENE).match(/happySound: \S+ (.*)/)![1];
      project.edit(SCENE, /(faceCrop: \S+ ).*/, `$1${id}`);
    },
    code: 'link-kind',
    file: SCENE,
    at: 'faceCrop: !',
  },
  {
    what: 'a child that is not there',
    seed: (project) => {
      const effects = `    - !<own> ${project.idOf('SceneObject', 'Effects')}\n`;
      project.edit(SCENE, effects, `${effects}    - !<own> ${NOWHERE}\n`);
    },
    code: 'unresolved-own',
    file: SCENE,
    at: NOWHERE,
  },
  {
    what: 'two owners',
    seed: (project) => {
      const happy = `    - !<own> ${project.idOf('SceneObject', 'Happy Effect')}\n`;
      project.edit(SCENE, '  objects:\n', `  objects:\n${happy}`);
    },
    code: 'doubly-owned',
    file: SCENE,
    at: (project) => project.line(SCENE, `- !<own> ${project.idOf('SceneObject', 'Happy Effect')}`, 10),
  },
  {
    what: 'an entity without an owner',
    seed: (project) => project.edit(SCENE, `    - !<own> ${project.idOf('SceneObject', 'Happy Effect')}\n`, ''),
    code: 'orphan',
    file: SCENE,
    at: objectLine('Happy Effect'),
  },
  {
    what: 'an object that owns itself in a circle',
    seed: (project) => {
      const camera = `    - !<own> ${project.idOf('SceneObject', 'Camera Object')}\n`;
      const happy = `    - !<own> ${project.idOf('SceneObject', 'Happy Effect')}\n`;
      project.edit(SCENE, camera, '');
      project.edit(SCENE, happy, happy + camera);
    },
    code: 'own-cycle',
    file: SCENE,
    at: objectLine('Effects'),
  },
];
