import { EMOTIONS, type Emotion } from '../../../../../ml/core/emotions.ts';
import { ACTION_UNITS, type Expression } from '../../../../../ml/data/synthetic/expressions.ts';
import { PEOPLE } from './people.ts';
import { type Portrait, paintPortrait } from './portrait.ts';

/** The portraits of all people, painted when they are first needed, or before, in idle time. */
export class Cast {
  readonly #portraits = PEOPLE.map(() => new Map<Emotion, Portrait>());

  portrait(person: number, emotion: Emotion): Portrait {
    const known = this.#portraits[person].get(emotion);
    if (known) return known;
    const { looks, ...colors } = PEOPLE[person];
    const look: Partial<Expression> = looks[emotion];
    const expression = Object.fromEntries(ACTION_UNITS.map((unit) => [unit, look[unit] ?? 0])) as Expression;
    const painted = paintPortrait(colors, expression);
    this.#portraits[person].set(emotion, painted);
    return painted;
  }

  /** Paints one of a person's missing portraits. @returns whether there was one. */
  paintNext(person: number): boolean {
    const missing = EMOTIONS.find((emotion) => !this.#portraits[person].has(emotion));
    if (missing === undefined) return false;
    this.portrait(person, missing);
    return true;
  }
}
