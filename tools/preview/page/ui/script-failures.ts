import type { SimulatedLens } from '../../../simulator/lens.ts';
import type { Banners } from './banners.ts';
import { sentence } from './sentence.ts';

/** What the simulator writes into the log when a script throws. */
const FAILURE = /^Error in ([^:]+): ([\s\S]*)$/;

/** Whether a line of the log tells of a script that failed while it ran. */
export const tellsFailure = (line: string): boolean => FAILURE.test(line);

/** @returns what looks for scripts that failed while the lens ran, and says so once for each failure. */
export function createFailureWatch(banners: Banners): (lens: SimulatedLens | null) => void {
  const told = new Set<string>();
  return (lens) => {
    for (const line of lens?.log ?? []) {
      const [, who, why] = FAILURE.exec(line) ?? [];
      if (who === undefined || told.has(line)) continue;
      told.add(line);
      banners.show('script', {
        title: `${who} failed while it ran`,
        text: `${sentence(why)} What it has shown so far may stay as it is.`,
      });
    }
  };
}
