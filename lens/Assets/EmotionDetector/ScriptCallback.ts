import { type Emotion, type EmotionChange, NO_EMOTION } from './Emotions';
import type { Notices } from './Notices';

/**
 * Calls a function of another script, be it `script.api.NAME = function (…) {…}`, `script.NAME = …` or a method, with
 * (current, previous, probability): `'Happy', 'Neutral', 0.71`. `'None'` stands for no expression.
 */
export class ScriptCallback {
  constructor(
    private readonly script: ScriptComponent,
    private readonly name: string,
    private readonly labels: readonly string[],
    private readonly notices: Notices,
  ) {}

  call({ previous, current, probability }: EmotionChange): void {
    const script = this.script as unknown as Record<string, unknown>;
    const api = script.api as Record<string, unknown> | undefined;
    const callback = api?.[this.name] ?? script[this.name];
    if (typeof callback === 'function')
      callback.call(this.script, this.labelOf(current), this.labelOf(previous), probability);
    else
      this.notices.once(
        'callback',
        `the callback script has no function "${this.name}". Correct "Function Name" in the Inspector, or add it to ` +
          `the script: script.api.${this.name} = function (current, previous, probability) { ... }`,
      );
  }

  /** Name of an expression as callbacks get it. */
  private labelOf(emotion: Emotion): string {
    return emotion === NO_EMOTION ? 'None' : this.labels[emotion];
  }
}
