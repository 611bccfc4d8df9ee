/**
 * What the simulator knows of Lens Studio, by name. Apart from the stand-in, whose classes clash with a browser's of the
 * same names, so that any program can ask.
 */

/** Global names that scripts find in Lens Studio. */
export const GLOBAL_NAMES = [
  'AttachmentPointType',
  'BaseScriptComponent',
  'BlendMode',
  'ColorWidget',
  'ComboBoxItem',
  'ComboBoxWidget',
  'HorizontalAlignment',
  'MachineLearning',
  'Rect',
  'SliderWidget',
  'StretchMode',
  'TextFillMode',
  'TileZone',
  'VerticalAlignment',
  'allowUndefined',
  'component',
  'deviceInfoSystem',
  'getRealTimeNanos',
  'getTime',
  'global',
  'hint',
  'input',
  'isNull',
  'label',
  'print',
  'quat',
  'requireAsset',
  'scene',
  'showIf',
  'ui',
  'vec2',
  'vec3',
  'vec4',
  'widget',
] as const;

export type GlobalName = (typeof GLOBAL_NAMES)[number];

/** Components that scripts can make and find. */
export const COMPONENT_NAMES = [
  'AudioComponent',
  'FaceStretchVisual',
  'Head',
  'Image',
  'LiquifyVisual',
  'MLComponent',
  'PostEffectVisual',
  'RectangleSetter',
  'RetouchVisual',
  'ScreenTransform',
  'Text',
] as const;

export type ComponentName = (typeof COMPONENT_NAMES)[number];

/** Components that say where the scene is drawn. The simulator draws all of it on one screen and does without them. */
export const SCREEN_COMPONENTS = ['Camera', 'Canvas', 'ScreenRegionComponent'] as const;
