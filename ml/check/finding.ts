import { z } from 'zod';

/** From worst to best: an `error` keeps something from working, a `warning` may, or costs speed; a `note` is good to know. */
export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How each severity begins a line in a terminal. */
export const SYMBOLS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', note: 'i' };

/** Something about a model that its maker should know. The lens validator's findings add a place in the project. */
export const FindingSchema = z.object({
  severity: z.enum(SEVERITIES),
  /** Tells it from others, where programs need that. */
  code: z.string().optional(),
  /** Name of the node or tensor; absent if it is about the whole file. */
  node: z.string().optional(),
  found: z.string(),
  /** What to do about it. */
  fix: z.string(),
});
export type Finding = Readonly<z.infer<typeof FindingSchema>>;

/** A finding about a node or tensor that is named later. */
export type Problem = Omit<Finding, 'node'>;

export const error = (found: string, fix: string): Problem => ({ severity: 'error', found, fix });
export const warning = (found: string, fix: string): Problem => ({ severity: 'warning', found, fix });
export const note = (found: string, fix: string): Problem => ({ severity: 'note', found, fix });

/** Findings that say the same, together, in the order in which each is first met. */
export function groupFindings<T extends Finding>(findings: readonly T[], saying: (finding: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const finding of findings) {
    const group = groups.get(saying(finding));
    if (group) group.push(finding);
    else groups.set(saying(finding), [finding]);
  }
  return [...groups.values()];
}
