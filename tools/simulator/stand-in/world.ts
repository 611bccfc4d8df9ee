import type { StandInEvent } from './events.ts';
import type { StandInScript } from './script.ts';

/** What is advanced once a frame before the scripts' own updates, like a model that runs. */
export interface Steppable {
  step(): void;
}

/** All that one lens holds: its clock, its log and who waits for what. */
export class World {
  /** Seconds since the lens started. */
  time = 0;
  /** Lines printed so far, oldest first. */
  readonly log: string[] = [];
  readonly events: StandInEvent[] = [];
  readonly steppables: Steppable[] = [];
  /** Scripts that have woken since the last frame. */
  readonly starting: StandInScript[] = [];

  /** Calls what is bound to an event, in the order of creation. @param affects which of the events are meant. */
  dispatch(type: string, affects: (event: StandInEvent) => boolean = () => true): void {
    for (const event of [...this.events]) if (event.type === type && affects(event)) event.fire();
  }
}

let current = new World();

/** The lens that runs now. */
export const world = (): World => current;

/** Forgets the lens that ran and starts an empty one. */
export function newWorld(): World {
  current = new World();
  return current;
}
