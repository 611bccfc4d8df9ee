import type { CrossFade } from './CrossFade';
import type { ExpressionEffect } from './ExpressionEffect';

/** A script seen from outside: a TypeScript component has the method itself, a JavaScript one has it in its api. */
type Driven = ScriptComponent & Partial<ExpressionEffect> & { api?: Partial<ExpressionEffect> };

/** A scene object that is shown for one or more expressions, with the scripts on it and below it. */
export class EffectTarget {
  readonly name: string;
  private readonly expressions: number[] = [];
  private readonly scripts: Driven[] = [];
  private shown = true;

  constructor(readonly object: SceneObject) {
    this.name = `the object "${object.name}"`;
    this.collectScripts(object);
  }

  /** @param expression its index. */
  showFor(expression: number): void {
    this.expressions.push(expression);
  }

  /**
   * Shows or hides the object and hands the intensity on: the greatest of its expressions'. A script that fails is told
   * once and left alone from then on.
   *
   * @throws Error if the object was destroyed.
   */
  follow({ weights, intensities }: CrossFade): void {
    if (isNull(this.object)) throw new Error('it was destroyed');
    let shown = false;
    let intensity = 0;
    for (let i = 0; i < this.expressions.length; i++) {
      shown = shown || weights[this.expressions[i]] > 0;
      intensity = Math.max(intensity, intensities[this.expressions[i]]);
    }
    if (!shown && !this.shown) return;
    if (shown && !this.shown) this.object.enabled = true;
    for (let i = this.scripts.length - 1; i >= 0; i--) this.handOn(i, intensity);
    if (!shown) this.object.enabled = false;
    this.shown = shown;
  }

  private handOn(index: number, intensity: number): void {
    const script = this.scripts[index];
    try {
      if (isNull(script)) this.scripts.splice(index, 1);
      else if (script.setIntensity) script.setIntensity(intensity);
      else if (script.api?.setIntensity) script.api.setIntensity(intensity);
    } catch (error) {
      this.scripts.splice(index, 1);
      print(`EmotionEffects: setIntensity of a script on ${this.name} failed and will not be called again (${error}).`);
    }
  }

  private collectScripts(object: SceneObject): void {
    this.scripts.push(...(object.getComponents('ScriptComponent') as Driven[]));
    for (const child of object.children) this.collectScripts(child);
  }
}
