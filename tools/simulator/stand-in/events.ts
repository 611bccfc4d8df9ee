import { ScriptObjectStandIn } from './scene.ts';
import { world } from './world.ts';

/** Who listens to something that carries a value. */
export class StandInSignal<T, R> implements event1<T, R> {
  private listeners: Array<{ registration: EventRegistration; callback: (value: T) => R }> = [];

  add(callback: (value: T) => R): EventRegistration {
    const registration = new ScriptObjectStandIn();
    this.listeners.push({ registration, callback });
    return registration;
  }

  remove(registration: EventRegistration): void {
    this.listeners = this.listeners.filter((one) => one.registration !== registration);
  }

  emit(value: T): void {
    for (const { callback } of [...this.listeners]) world().attempt('a listener', () => callback(value));
  }
}

/** Who owns an event: it is called only while its owner is enabled. */
interface Owner {
  readonly enabled: boolean;
  readonly isEnabledInHierarchy: boolean;
  getTypeName(): string;
}

/** An event of any type; carries the values of all types. */
export class StandInEvent extends ScriptObjectStandIn implements UpdateEvent, FaceTrackingEvent {
  enabled = true;
  faceIndex = 0;
  deltaTime = 0;
  private callback: ((event: this) => void) | undefined;

  constructor(
    readonly type: string,
    readonly owner: Owner,
  ) {
    super();
    world().events.push(this);
  }

  bind(callback: (event: this) => void): void {
    this.callback = callback;
  }

  getDeltaTime(): number {
    return this.deltaTime;
  }

  fire(): void {
    if (this.enabled && !this.destroyed) world().attempt(this.owner.getTypeName(), () => this.callback?.(this));
  }
}
