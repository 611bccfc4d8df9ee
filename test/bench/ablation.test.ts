import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../ml/config/load.ts';
import { rowsFor } from '../../tools/bench/ablation/rows.ts';

const rows = rowsFor({ pretrained: 'weights', ckplus: 'ck', manifest: 'manifest.csv', edsr: 'edsr.onnx' });

describe('rows of the ablation', () => {
  it.each(rows)('$name sets fields that there are, and stands against a row before it', async ({
    name,
    base,
    settings,
  }) => {
    const flags = Object.entries(settings).map(([path, value]) => ({ path, value, origin: name }));
    await expect(
      loadConfig(undefined, [{ path: 'data.source', value: 'fer2013.csv', origin: '' }, ...flags]),
    ).resolves.toBeDefined();
    const before = rows
      .slice(
        0,
        rows.findIndex((row) => row.name === name),
      )
      .map((row) => row.name);
    if (base === null) expect(before).toEqual([]);
    else expect(before).toContain(base);
  });
});
