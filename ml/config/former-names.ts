/** Fields by their names in version 0.1. Both tables are read until version 0.3. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['data.extra', 'data.extraDataset'],
  ['quantize.edges', 'quantize.ioType'],
]);

const VALUES: ReadonlyMap<string, string> = new Map([
  ['model.landmarks beside', 'fused'],
  ['model.landmarks alone', 'landmarksOnly'],
  ['quantize.observer average', 'movingAverage'],
]);

/** The current name of a field. */
export const presentField = (path: string): string => FIELDS.get(path) ?? path;

/**
 * The current name of a field's value, if the value is a name.
 * @param path dotted path of the field, by its current name.
 */
export function presentValue(path: string, value: unknown): unknown {
  return typeof value === 'string' ? (VALUES.get(`${path} ${value}`) ?? value) : value;
}
