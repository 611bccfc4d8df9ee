/** Tells creators in the Logger what is wrong and what to do about it, once for each topic. */
export class Notices {
  private readonly told = new Set<string>();

  /** @param who starts each line. */
  constructor(private readonly who: string) {}

  once(topic: string, text: string): void {
    if (this.told.has(topic)) return;
    this.told.add(topic);
    print(`${this.who}: ${text}`);
  }
}
