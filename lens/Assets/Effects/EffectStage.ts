import { createChild, createScreenChild } from './SceneParts';

/** A part of an effect: particles, a tint, a warp. */
export interface EffectPart {
  /** Makes the next of the objects that it needs before it is shown first. @returns whether there was one to make. */
  prepare?(): boolean;
  /** As if the effect were not there: nothing to be seen, the face as it is. */
  rest(): void;
}

/** What an effect knows when it is animated. */
export interface EffectFrame {
  /** 0..1, above 0. */
  intensity: number;
  /** Seconds since the last frame. */
  dt: number;
  /** Seconds since the entrance; 0 until then. */
  time: number;
  /** Whether this is the frame of the entrance: time for a burst. Once, until the intensity was 0 again. */
  entered: boolean;
}

/** The intensity at which an effect makes its entrance: enough to see a burst, and not reached by a mere flicker. */
const ENTRANCE = 0.25;
/** Objects that an effect makes in a frame at most, so that no frame takes long when it is shown first. */
const MADE_PER_FRAME = 4;
/** Seconds; a longer frame, as after a pause, counts as this. */
const LONGEST_FRAME = 0.1;

/**
 * Runs one effect: holds its parts, calls its animation each frame while its intensity is above 0, and puts the parts to
 * rest when it is 0 or when its scene object is disabled or destroyed.
 *
 * What the parts consist of is made in the first frames in which the effect is shown, while it fades in; the entrance waits
 * for it, so that everything comes as it is meant to. It is kept for the next time.
 */
export class EffectStage {
  /** For parts in the scene: a child of the effect's own object. */
  readonly root: SceneObject;
  /** For parts on the screen: a child of the screen region; never seen if there is none. */
  readonly screen: SceneObject;
  private readonly name: string;
  private readonly parts: EffectPart[] = [];
  private readonly frame: EffectFrame = { intensity: 0, dt: 0, time: 0, entered: false };
  private hasEntered = false;
  /** How many of the parts are prepared, in their order. */
  private prepared = 0;
  private failed = false;

  /** @param script the effect. @param animate moves its parts. */
  constructor(
    script: BaseScriptComponent,
    screen: SceneObject | undefined,
    private readonly animate: (frame: EffectFrame) => void,
  ) {
    const object = script.getSceneObject();
    const hasScreen = screen !== undefined && !isNull(screen);
    this.name = object.name;
    this.root = createChild(object, `${this.name} Parts`);
    this.screen = createScreenChild(hasScreen ? screen : this.root, `${this.name} Screen Parts`);
    this.screen.enabled = hasScreen;
    script.createEvent('UpdateEvent').bind((event) => this.update(event.getDeltaTime()));
    script.createEvent('OnDisableEvent').bind(() => this.setIntensity(0));
    script.createEvent('OnDestroyEvent').bind(() => {
      if (!isNull(this.screen)) this.screen.destroy();
    });
  }

  add<T extends EffectPart>(part: T): T {
    this.parts.push(part);
    return part;
  }

  /** @param intensity 0..1, and brought into it; what is not a number counts as 0. */
  setIntensity(intensity: number): void {
    const { frame } = this;
    const before = frame.intensity;
    frame.intensity = intensity > 0 ? Math.min(1, intensity) : 0;
    if (frame.intensity > 0 || before === 0) return;
    this.hasEntered = false;
    frame.time = 0;
    this.attempt(() => {
      for (const part of this.parts) part.rest();
    });
  }

  private update(dt: number): void {
    const { frame } = this;
    if (frame.intensity === 0 || this.failed) return;
    frame.dt = dt > 0 ? Math.min(dt, LONGEST_FRAME) : 0;
    this.attempt(this.prepare);
    frame.entered = !this.hasEntered && frame.intensity >= ENTRANCE && this.prepared === this.parts.length;
    if (this.hasEntered) frame.time += frame.dt;
    this.hasEntered = this.hasEntered || frame.entered;
    this.attempt(this.step);
  }

  private readonly step = () => this.animate(this.frame);

  private readonly prepare = () => {
    for (let made = 0; made < MADE_PER_FRAME && this.prepared < this.parts.length; )
      if (this.parts[this.prepared].prepare?.()) made++;
      else this.prepared++;
  };

  /** A part that was destroyed by another script must not stop the lens: it is told once, and the effect ends. */
  private attempt(action: () => void): void {
    if (this.failed) return;
    try {
      action();
    } catch (error) {
      this.failed = true;
      for (const object of [this.root, this.screen]) if (!isNull(object)) object.enabled = false;
      print(`${this.name}: the effect stopped, because a part of it is gone or failed (${error}).`);
    }
  }
}
