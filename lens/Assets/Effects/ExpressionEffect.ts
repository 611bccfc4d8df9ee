/**
 * What `EmotionEffects` drives: any script on, or below, a scene object that is assigned to an expression.
 *
 * An eighth effect in five minutes:
 * 1. Copy the effect that comes nearest in the Asset Browser (`NeutralEffect.ts` is the shortest), rename file and class.
 * 2. Change what `onAwake` builds: flying pieces, a sticker, a change of the screen, a face warp. Each is one line, added
 *    to the stage; `EffectArt` gives sprites and shaders, or nothing where there are none: then emoji stand in.
 * 3. Change how `animate` moves it, each frame. The stage calls it only while there is something to show, and puts every
 *    part back to rest when the intensity is 0.
 * 4. Add a scene object below Camera Object > Effects, with this script, and assign the Full Frame Region as its Screen.
 * 5. Put the object into the list of an expression in the `EmotionEffects` component. That is all.
 *
 * An effect can be anything else, too: a script that has `setIntensity` (a JavaScript one: `script.api.setIntensity`), or
 * an object without a script, which is then just shown and hidden.
 */
export interface ExpressionEffect {
  /** @param intensity 0..1, each frame while the effect is shown; 0 once before it is hidden. */
  setIntensity(intensity: number): void;
}
