import type { LensHost } from '../lens.ts';

/** An event that somebody waits for. */
export interface WaitingEvent {
  readonly type: string;
  readonly owner: { readonly isEnabledInHierarchy: boolean };
  deltaTime: number;
  faceIndex: number;
  fire(): void;
}

/** What is advanced once a frame before the scripts' own updates, like a model that runs. */
export interface Steppable {
  step(): void;
}

/** What the stand-in needs of the program that runs it. */
export type Surroundings = Pick<LensHost, 'now' | 'playSound' | 'stopSound'>;

const SILENCE: Surroundings = { now: () => performance.now(), playSound: () => {}, stopSound: () => {} };

/** Lines of a log that are kept at least. */
const MIN_LOG_LINES = 1000;

/** All that one lens holds: its clock, its log, its objects and who waits for what. */
export class World {
  /** Seconds since the lens started. */
  time = 0;
  /** Width of the screen through its height. */
  screenAspect = 9 / 16;
  /** How fast the phone runs models: Lens Studio's index, 0 for the slowest. */
  mlPerformance = 8;
  /** The last lines printed, oldest first. */
  readonly log: string[] = [];
  readonly events: WaitingEvent[] = [];
  readonly steppables = new Set<Steppable>();
  /** Scripts that have woken since the last frame. */
  readonly starting: object[] = [];
  /** Assets by their path in the project. */
  readonly assets = new Map<string, object>();
  /** Objects without a parent, in the order in which they became so. */
  readonly roots = new Set<object>();

  constructor(readonly surroundings: Surroundings = SILENCE) {}

  /** Called with whatever a script throws; if nothing else is set, the driver of the lens gets it. */
  onError = (_who: string, error: unknown): void => {
    throw error;
  };

  /** One frame: starts what has woken, moves the models on, then updates. @param dt seconds since the last. */
  frame(dt: number): void {
    this.activate();
    this.time += dt;
    for (const started of this.starting.splice(0)) this.dispatch('OnStartEvent', (event) => event.owner === started);
    for (const steppable of [...this.steppables]) steppable.step();
    for (const event of this.events) event.deltaTime = dt;
    this.dispatch('UpdateEvent', (event) => event.owner.isEnabledInHierarchy);
  }

  /** A face was found or lost, reported at once to those who listen. */
  dispatchFaceEvent(type: 'FaceFoundEvent' | 'FaceLostEvent', index: number): void {
    this.activate();
    for (const event of this.events) event.faceIndex = index;
    this.dispatch(type, (event) => event.owner.isEnabledInHierarchy);
  }

  /** Calls what is bound to an event, in the order of creation. @param affects which of the events are meant. */
  dispatch(type: string, affects: (event: WaitingEvent) => boolean = () => true): void {
    for (const event of [...this.events]) if (event.type === type && affects(event)) event.fire();
  }

  /** Adds a line to the log. A script may print in each frame, for hours. */
  print(line: string): void {
    this.log.push(line);
    if (this.log.length > 2 * MIN_LOG_LINES) this.log.splice(0, MIN_LOG_LINES);
  }

  /** Calls something of a script. @param who names it if it throws. */
  attempt(who: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.onError(who, error);
    }
  }

  /** Makes it the lens that runs: what scripts create from now on belongs to it. */
  activate(): void {
    current = this;
  }
}

let current = new World();

/** The lens that runs now. */
export const world = (): World => current;
