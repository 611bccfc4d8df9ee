import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { planTraining } from '../../ml/train/hardware.ts';
import { chooseGpu, isWorthIt, judge, trainOn, type WebGpu } from '../../ml/train/webgpu/device.ts';
import { DeviceError, describePlacement } from '../../ml/train/webgpu/engine.ts';

const line = (trial: object) =>
  `${JSON.stringify({ providers: ['cpu', 'webgpu'], vulkan: true })}\n${JSON.stringify({ providers: ['cpu', 'webgpu'], vulkan: true, ...trial })}\n`;
const ended = { stderr: '', status: 0, signal: null };
const GPU =
  '[I:onnxruntime:, x.cc:34] Discovered OrtHardwareDevice {vendor_id:0x10de, device_id:0x2684, vendor:NVIDIA, type:1, metadata: []}\n' +
  '[I:onnxruntime:, x.cc:34] Discovered OrtHardwareDevice {vendor_id:0x8086, device_id:0x0, vendor:Intel, type:0, metadata: []}\n' +
  '[I:onnxruntime:, x.cc:34] Discovered OrtHardwareDevice {vendor_id:0x1002, device_id:0x73bf, vendor:AMD, type:1, metadata: [DxgiAdapterNumber=0, Description=Radeon RX 6900, LUID=7]}\n';

describe('what the trial of WebGPU says', () => {
  it.each<[string, Partial<Parameters<typeof judge>[0]>, RegExp, RegExp]>([
    ['no provider', { stdout: line({ providers: ['cpu'] }) }, /has no WebGPU on/, /Linux x64/],
    ['no loader', { stdout: line({ vulkan: false }) }, /libvulkan\.so\.1, is missing/, /apt-get install libvulkan1/],
    ['no adapter', { stdout: line({ error: 'Failed to get a WebGPU adapter: none' }) }, /no WebGPU adapter/, /driver/],
    ['an error', { stdout: line({ error: 'device lost' }) }, /failed \(device lost\)/, /driver/],
    ['a crash', { stdout: line({}), status: null, signal: 'SIGSEGV' }, /crash or hang \(SIGSEGV\)/, /driver/],
    [
      'wrong numbers',
      { stdout: line({ difference: 0.5, speedup: 9 }) },
      /differ from the processor's by 50 %/,
      /driver/,
    ],
    ['no runtime', { stdout: '', status: 1 }, /does not load/, /npm ci/],
  ])('%s, and what mends it', (_, result, problem, fix) => {
    const found = judge({ ...ended, stdout: '', ...result });
    expect(found.passed).toBeUndefined();
    expect(found.problem).toMatch(problem);
    expect(found.fix).toMatch(fix);
  });

  it('names the graphics processors', () => {
    const found = judge({ ...ended, stdout: line({ difference: 1e-6, speedup: 9 }), stderr: GPU });
    expect(found.adapters).toEqual(['NVIDIA 0x2684', 'Radeon RX 6900']);
    expect(found.passed).toEqual({ difference: 1e-6, speedup: 9 });
  });
});

describe('the choice of the device', () => {
  const fast: WebGpu = { providers: [], adapters: ['A'], passed: { difference: 0, speedup: 10 } };
  const software: WebGpu = { providers: [], adapters: [], passed: { difference: 0, speedup: 0.01 } };
  const none: WebGpu = { providers: [], adapters: [], problem: 'there is no WebGPU adapter', fix: 'get one' };
  const choose = (device: 'auto' | 'cpu' | 'webgpu', found: WebGpu) =>
    chooseGpu(
      device,
      () => found,
      () => true,
    );

  it('leaves a software device to those who ask for it', () => {
    expect(isWorthIt(software)).toBe(false);
    expect(choose('auto', software)).toBeUndefined();
    expect(choose('webgpu', software)).toBe('unnamed');
    expect(choose('auto', fast)).toBe('A');
    expect(choose('cpu', fast)).toBeUndefined();
    expect(choose('auto', none)).toBeUndefined();
  });

  it('says why WebGPU cannot be had, and the way on', () => {
    expect(() => choose('webgpu', none)).toThrow(UserError);
    expect(() => choose('webgpu', none)).toThrow(/no WebGPU adapter; get one, or .*--set train\.device=cpu/);
  });

  it('plans one replica on a GPU, and refuses what only the processor does', () => {
    const train = (changes: object) => ConfigSchema.parse({ train: changes }).train;
    expect(planTraining(train({}), 2, () => 'A')).toEqual({ replicas: 1, threads: 1, block: 1, gpu: 'A' });
    expect(planTraining(train({ replicas: 2 }), 2, () => 'A')).toMatchObject({ replicas: 2 });
    for (const changes of [{ replicas: 2 }, { layout: 'blocked' }])
      expect(() => planTraining(train({ device: 'webgpu', ...changes }), 2, () => 'A')).toThrow(/one replica/);
  });

  it('goes on with the processor only if the choice was open, and nothing was trained yet', async () => {
    const notes: string[] = [];
    const reporter = { progress() {}, note: (text: string) => notes.push(text) };
    const failing = (hasTrained: boolean) => async (device: string) => {
      if (device !== 'cpu') throw new DeviceError('it crashed', hasTrained, {});
      return device;
    };
    expect(await trainOn('auto', reporter, failing(false))).toBe('cpu');
    expect(notes.join()).toMatch(/it crashed.*the processor trains/);
    await expect(trainOn('auto', reporter, failing(true))).rejects.toThrow('it crashed');
    await expect(trainOn('webgpu', reporter, failing(false))).rejects.toThrow('it crashed');
  });
});

describe('where nodes run', () => {
  const at = '2026-12-01 02:56:10.86 [V:onnxruntime:, session_state.cc:1385 VerifyEachNodeIsAssignedToAnEp] ';
  it('lists those that the processor takes over', () => {
    const printed = [
      `${at} Node(s) placed on [CPUExecutionProvider]. Number of nodes: 3`,
      ...['Round (Round_1)', 'Sign (Sign_2)', 'Round (Round_3)'].map((node) => `${at}  ${node}`),
      `${at} Node(s) placed on [WebGpuExecutionProvider]. Number of nodes: 1`,
      `${at}  Split (Split_2)`,
    ];
    expect(describePlacement(printed.join('\n'))).toEqual([
      'WebGPU lacks 3 of 4 nodes of a step, which run on the processor: Round 2, Sign 1',
    ]);
    expect(describePlacement(`${at} All nodes placed on [WebGpuExecutionProvider]. Number of nodes: 3088`)).toEqual([]);
  });
});
