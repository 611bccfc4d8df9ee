/** A typed event of one component that others listen to. */
export class Signal<T> {
  private listeners: ReadonlyArray<(value: T) => void> = [];

  add(listener: (value: T) => void): void {
    this.listeners = [...this.listeners, listener];
  }

  /** Does nothing if the listener was not added. */
  remove(listener: (value: T) => void): void {
    this.listeners = this.listeners.filter((one) => one !== listener);
  }

  /** Calls the listeners in the order in which they were added; those added or removed meanwhile count next time. */
  emit(value: T): void {
    for (const listener of this.listeners) listener(value);
  }
}
