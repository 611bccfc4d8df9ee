import { lineOf } from '../lens-studio/files/entity.ts';
import type { Model } from '../lens-studio/project/model.ts';
import { isNewer } from './esproj-rules.ts';
import { type Finding, finding } from './finding.ts';
import { KNOWN_FIELDS } from './known-fields.ts';

/** Fields that Lens Studio was never seen to write: a newer version's, or a slip of the pen. Each is told once. */
export function checkFields({ entities, esproj }: Model): Finding[] {
  // Of a newer version it is told once that it is newer.
  if (esproj !== null && isNewer(esproj)) return [];
  const told = new Set<string>();
  return entities.flatMap((entity) => {
    const known = KNOWN_FIELDS.get(entity.type);
    const unknown = known ? [...entity.fields.keys()].filter((name) => !known.has(name)) : [];
    return unknown.flatMap((name) => {
      const field = `${entity.type}.${name}`;
      if (told.has(field)) return [];
      told.add(field);
      return [finding('unknown-field', { file: entity.file, line: lineOf(entity, name) }, field)];
    });
  });
}
