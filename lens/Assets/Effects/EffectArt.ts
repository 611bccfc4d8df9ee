import type { EffectStage } from './EffectStage';
import type { Dress } from './Piece';
import { SCREEN_PROPERTIES, ScreenEffect, type ScreenLight } from './ScreenEffect';
import { ScreenTint } from './ScreenTint';
import { SPRITE_PROPERTIES, type SpriteLook, sprites } from './Sprite';

/** What the Inspector holds for an effect; null where it is empty. */
export interface ArtInputs {
  readonly spriteMaterial: Material;
  readonly screenMaterial: Material;
  getSceneObject(): SceneObject;
}

/** Whether materials work, by id: each is tried once, and what is wrong is said once, however many effects use it. */
const tried = new Map<string, boolean>();

/**
 * Whether the pass of a material has the properties of its shader. A shader that did not compile, or is not there, leaves
 * others: nobody sees that but by asking.
 */
function works(material: Material, properties: readonly string[]): boolean {
  const known = tried.get(material.uniqueIdentifier);
  if (known !== undefined) return known;
  const missing = missingIn(material, properties);
  tried.set(material.uniqueIdentifier, missing === '');
  if (missing !== '')
    print(
      `Effects: the material "${material.name}" has no ${missing}, so its shader did not compile or is another one; ` +
        'what needs it shows emoji or a tint instead. Open its graph in Lens Studio to see why.',
    );
  return missing === '';
}

function missingIn(material: Material, properties: readonly string[]): string {
  try {
    const pass = material.mainPass;
    return properties.filter((name) => pass[name] === undefined).join(', ');
  } catch (error) {
    return `pass that can be read (${error})`;
  }
}

/**
 * The materials and sprite sheets of an effect. Whatever is missing or does not work gives way to emoji and a tint; an
 * effect to which none is assigned is meant to be so, and says nothing.
 */
export class EffectArt {
  private readonly name: string;
  private readonly sprite: Material | undefined;
  private readonly screen: Material | undefined;
  /** Whether the Inspector holds anything of it. */
  private readonly isWanted: boolean;

  constructor(inputs: ArtInputs) {
    const { spriteMaterial, screenMaterial } = inputs;
    this.name = inputs.getSceneObject().name;
    this.isWanted = !isNull(spriteMaterial) || !isNull(screenMaterial);
    this.sprite = this.proved('Sprite Material', spriteMaterial, SPRITE_PROPERTIES);
    this.screen = this.proved('Screen Material', screenMaterial, SCREEN_PROPERTIES);
  }

  /** Sprites, if there is a material that works and the sheet; otherwise undefined. @param label of the sheet's input. */
  sprites(label: string, sheet: Texture, look: SpriteLook): Dress[] | undefined {
    if (!this.sprite) return undefined;
    if (!isNull(sheet)) return sprites(this.sprite, sheet, look);
    print(`${this.name}: ${label} is empty; emoji are shown instead, or nothing.`);
    return undefined;
  }

  /** What changes the screen: its material if it works, otherwise a tint. @param vignette see {@link ScreenTint}. */
  screenLight(stage: EffectStage, tint: vec4, vignette: Texture): ScreenLight {
    const { screen } = this;
    return stage.add(screen ? new ScreenEffect(stage.root, screen) : new ScreenTint(stage.screen, tint, vignette));
  }

  /** For effects without a tint. */
  screenEffect(stage: EffectStage): ScreenLight | undefined {
    return this.screen && stage.add(new ScreenEffect(stage.root, this.screen));
  }

  private proved(label: string, material: Material, properties: readonly string[]): Material | undefined {
    if (!isNull(material)) return works(material, properties) ? material : undefined;
    if (this.isWanted) print(`${this.name}: ${label} is empty; assign it in the Inspector.`);
    return undefined;
  }
}
