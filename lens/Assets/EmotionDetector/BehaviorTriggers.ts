import { triggerName } from './Classes';
import { type EmotionChange, NO_EMOTION } from './Emotions';

/** What Snap's Behavior script puts on the global object. */
interface BehaviorSystem {
  sendCustomTrigger(name: string): void;
}

/**
 * Sends custom triggers to Snap's Behavior scripts: `EMOTION_HAPPY_START` when an expression comes and
 * `EMOTION_HAPPY_END` when it goes. Without a Behavior script in the scene nobody listens, and nothing is sent.
 */
export class BehaviorTriggers {
  private readonly names: readonly string[];

  /** @param prefix `EMOTION_` above. @param labels of the model's classes. */
  constructor(prefix: string, labels: readonly string[]) {
    this.names = labels.map((label) => prefix + triggerName(label));
  }

  send({ previous, current }: EmotionChange): void {
    const { behaviorSystem } = global as unknown as { behaviorSystem?: BehaviorSystem };
    if (!behaviorSystem) return;
    if (previous !== NO_EMOTION) behaviorSystem.sendCustomTrigger(`${this.names[previous]}_END`);
    if (current !== NO_EMOTION) behaviorSystem.sendCustomTrigger(`${this.names[current]}_START`);
  }
}
