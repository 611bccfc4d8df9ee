import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../ml/core/safetensors.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { parametersOf } from '../../ml/nn/parameters.ts';
import { loadNetwork, saveNetwork } from '../../ml/train/trained-network.ts';
import { randomNetwork } from '../nn/random-network.ts';

const folder = mkdtempSync(join(tmpdir(), 'network-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'network.safetensors');
const network = randomNetwork(0.35, 32, ['original', 'votes']);

describe('a saved network', () => {
  it('holds each tensor under its name and in its shape', async () => {
    await saveNetwork(path, network);
    const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(path)), path);
    const vector = parametersOf(buildArchitecture(network.info), network.info.heads, 7);
    const { offset, shape, size } = vector.piece('block3/expand/kernel');
    const kernel = tensors.get('block3/expand/kernel');
    expect(kernel?.shape).toEqual(shape);
    expect(kernel?.values).toEqual(network.parameters.slice(offset, offset + size));
    expect(tensors.has('classifier/votes/bias')).toBe(true);
    expect(tensors.has('block3/expand/variance')).toBe(true);
    expect(await loadNetwork(path)).toEqual(network);
  });

  it('of version 0.1, with all parameters in one tensor, is still read', async () => {
    const { parameters, statistics } = network;
    const tensors = new Map(
      Object.entries({ parameters, statistics }).map(([name, values]) => [name, { shape: [values.length], values }]),
    );
    writeFileSync(path, encodeSafetensors({ tensors, metadata: { network: JSON.stringify(network.info) } }));
    expect(await loadNetwork(path)).toEqual(network);
  });

  it('that lacks a tensor, or has it in another shape, is refused by the name of the tensor', async () => {
    await saveNetwork(path, network);
    const { tensors, metadata } = decodeSafetensors(new Uint8Array(readFileSync(path)), path);
    const write = (changed: typeof tensors) => writeFileSync(path, encodeSafetensors({ tensors: changed, metadata }));
    write(new Map([...tensors].filter(([name]) => name !== 'head/gamma')));
    await expect(loadNetwork(path)).rejects.toThrow(/tensor head\/gamma is missing; expected \[1280, 1\]/);
    write(new Map(tensors).set('head/gamma', { shape: [1, 1280], values: new Float32Array(1280) }));
    await expect(loadNetwork(path)).rejects.toThrow(/head\/gamma has the shape \[1, 1280\]; expected \[1280, 1\]/);
  });
});
