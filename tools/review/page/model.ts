import type { Emotion } from '../../../ml/core/emotions.ts';
import type { Action, Entry, Reason } from '../../../ml/data/manifest-format.ts';
import type { Decision } from '../protocol.ts';

/** Which suspects are shown. */
export interface Filter {
  readonly reason: Reason | 'all';
  readonly action: Action | 'all';
}

/** What a key or a button does to a suspect. */
export type Verdict = 'accept' | 'reject' | 'drop' | Emotion;

interface Step {
  readonly place: number;
  readonly before: Decision;
}

/** The suspects, what is decided on each, and which are shown; independent of the page. */
export class ReviewModel {
  readonly entries: readonly Entry[];
  readonly #decisions: Decision[];
  /** Class or removal that the finder proposed, whatever was decided since. */
  readonly #proposals: readonly (Emotion | null)[];
  readonly #unsaved = new Set<number>();
  readonly #steps: Step[] = [];

  constructor(entries: readonly Entry[]) {
    this.entries = entries;
    this.#decisions = entries.map(({ row, action, to }) => ({ row, action, to }));
    this.#proposals = entries.map(({ to }) => to);
  }

  decision(place: number): Decision {
    return this.#decisions[place];
  }

  /** Class proposed for a suspect, null where being left out is. */
  proposal(place: number): Emotion | null {
    return this.#proposals[place];
  }

  /**
   * Places of the suspects that a filter shows, worst first. Those decided upon while they are shown stay, since the list is
   * built again with the next filter only.
   */
  select({ reason, action }: Filter): number[] {
    return [...this.entries.keys()]
      .filter((place) => reason === 'all' || this.entries[place].reason === reason)
      .filter((place) => action === 'all' || this.#decisions[place].action === action)
      .sort((a, b) => (this.entries[b].score ?? 0) - (this.entries[a].score ?? 0) || a - b);
  }

  /** Decides on a suspect. Its own label means that it stays. */
  decide(place: number, verdict: Verdict): void {
    const before = this.#decisions[place];
    const after = this.#outcome(place, verdict);
    if (before.action === after.action && before.to === after.to) return;
    this.#steps.push({ place, before });
    this.#set(place, after);
  }

  #outcome(place: number, verdict: Verdict): Decision {
    const { row, from } = this.entries[place];
    const proposal = this.#proposals[place];
    if (verdict === 'accept') return { row, action: proposal === null ? 'drop' : 'move', to: proposal };
    if (verdict === 'drop') return { row, action: 'drop', to: proposal };
    if (verdict === 'reject' || verdict === from) return { row, action: 'keep', to: proposal };
    return { row, action: 'move', to: verdict };
  }

  /** Takes the last decision back; returns the place of its suspect, or null if there is none. */
  undo(): number | null {
    const step = this.#steps.pop();
    if (!step) return null;
    this.#set(step.place, step.before);
    return step.place;
  }

  #set(place: number, decision: Decision): void {
    this.#decisions[place] = decision;
    this.#unsaved.add(place);
  }

  /** Decisions that were not handed out yet. */
  takeUnsaved(): Decision[] {
    const decisions = [...this.#unsaved].map((place) => this.#decisions[place]);
    this.#unsaved.clear();
    return decisions;
  }

  /** Puts decisions back that could not be saved, unless they have changed since. */
  returnUnsaved(decisions: readonly Decision[]): void {
    const placeOf = new Map(this.entries.map(({ row }, place) => [row, place]));
    for (const { row } of decisions) this.#unsaved.add(placeOf.get(row)!);
  }

  get unsaved(): number {
    return this.#unsaved.size;
  }

  /** How many suspects have each action. */
  counts(): Record<Action, number> {
    const counts = { drop: 0, move: 0, keep: 0 };
    for (const { action } of this.#decisions) counts[action]++;
    return counts;
  }
}
