let created = 0;

/** Root of all objects that Lens Studio makes. */
export class ScriptObjectStandIn implements SerializableWithUID {
  readonly uniqueIdentifier = `object-${created++}`;
  destroyed = false;

  getTypeName(): string {
    return this.constructor.name;
  }

  isOfType(type: string): boolean {
    return type === this.getTypeName();
  }

  isSame(other: ScriptObject): boolean {
    return other === this;
  }

  destroy(): void {
    this.destroyed = true;
  }
}
