import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { DeviceName } from '../../config/schema.ts';
import { UserError } from '../../core/errors.ts';
import { programArguments } from '../../core/processes.ts';
import type { Reporter } from '../../core/progress.ts';
import { DeviceError } from './engine.ts';

const TrialSchema = z.object({
  /** ONNX Runtime's own in this installation. */
  providers: z.array(z.string()),
  /** Whether the loader that the provider needs is there. */
  vulkan: z.boolean(),
  /** Relative, of a small training step on the device from that on the processor. */
  difference: z.number().optional(),
  /** Time of matrix products on the processor over that on the device. */
  speedup: z.number().optional(),
  error: z.string().optional(),
});
/** What `probe.ts` found. */
export type Trial = z.infer<typeof TrialSchema>;

/** What is known of this machine's WebGPU. */
export interface WebGpu {
  readonly providers: readonly string[];
  /** The graphics processors that ONNX Runtime names; a software one is not among them. */
  readonly adapters: readonly string[];
  /** Of a device that passed the test. */
  readonly passed?: { readonly difference: number; readonly speedup: number };
  /** Why it cannot be used, and what mends that. */
  readonly problem?: string;
  readonly fix?: string;
}

/** Float arithmetic in another order differs by far less. */
const MAX_DIFFERENCE = 0.05;
/** A device that is chosen on its own is worth the trip there; drivers that compute on the processor are far slower. */
const MIN_SPEEDUP = 2;
const TIMEOUT_MS = 300_000;

/** By which Linux names its graphics processors. */
const LINUX_DEVICES = ['/dev/dri', '/dev/nvidiactl', '/dev/dxg', '/dev/kfd'];

const UPDATE_FIX = 'update the graphics driver';
const DRIVER_FIX =
  process.platform === 'linux'
    ? "install the GPU's driver: apt-get install mesa-vulkan-drivers (AMD, Intel), or NVIDIA's own; a container needs the GPU"
    : UPDATE_FIX;

let known: WebGpu | undefined;

/** Tries WebGPU on this machine, once in a process. */
export function tryWebGpu(): WebGpu {
  known ??= judge(runProbe());
  return known;
}

interface ProbeResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

const runProbe = (): ProbeResult =>
  spawnSync(process.execPath, programArguments(new URL('./probe.ts', import.meta.url)), {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 2 ** 26,
  });

/** What the outcome of the probe says. */
export function judge({ stdout, stderr, status, signal }: ProbeResult): WebGpu {
  const line = stdout.trim().split('\n').at(-1);
  if (!line) return { providers: [], adapters: [], problem: 'ONNX Runtime does not load', fix: 'run: npm ci' };
  const { providers, vulkan, difference, speedup, error } = TrialSchema.parse(JSON.parse(line));
  const found = { providers, adapters: adaptersIn(stderr) };
  const cannot = (problem: string, fix: string): WebGpu => ({ ...found, problem, fix });
  if (!providers.includes('webgpu')) {
    const place = `${process.platform}-${process.arch}`;
    return cannot(`ONNX Runtime has no WebGPU on ${place}`, 'it comes for Linux x64, Windows and Apple silicon');
  }
  if (!vulkan) return cannot("Vulkan's loader, libvulkan.so.1, is missing", 'apt-get install libvulkan1');
  if (error?.includes('WebGPU adapter')) return cannot('there is no WebGPU adapter', DRIVER_FIX);
  if (error !== undefined) return cannot(`the test of the provider failed (${error})`, UPDATE_FIX);
  if (difference === undefined || speedup === undefined)
    return cannot(
      `the test made ONNX Runtime's WebGPU provider crash or hang (${signal ?? `exit ${status}`})`,
      UPDATE_FIX,
    );
  if (difference > MAX_DIFFERENCE)
    return cannot(`the device's results differ from the processor's by ${(100 * difference).toFixed(0)} %`, UPDATE_FIX);
  return { ...found, passed: { difference, speedup } };
}

/** The graphics processors among those that ONNX Runtime prints when it starts. */
function adaptersIn(printed: string): string[] {
  const devices = [
    ...printed.matchAll(
      /OrtHardwareDevice \{vendor_id:(\w+), device_id:(\w+), vendor:(.*?), type:1, metadata: \[(.*?)\]\}/g,
    ),
  ];
  return devices.map(([, vendorId, deviceId, vendor, metadata]) => {
    const description = /Description=([^,]+)/.exec(metadata)?.[1];
    return description ?? `${vendor || `vendor ${vendorId}`} ${deviceId}`;
  });
}

/** Names the device of a training, for its identity. */
const nameOf = ({ adapters }: WebGpu) => adapters.join(', ') || 'unnamed';

/**
 * The GPU to train on, by its name; none is the processor.
 * @param attempt tries WebGPU, which takes a second.
 * @param mayHaveGpu whether that could find a GPU at all.
 * @throws UserError if WebGPU is wanted but cannot be used.
 */
export function chooseGpu(wanted: DeviceName, attempt = tryWebGpu, mayHaveGpu = hasGraphics): string | undefined {
  if (wanted === 'cpu' || (wanted === 'auto' && !mayHaveGpu())) return undefined;
  const found = attempt();
  if (wanted === 'auto') return isWorthIt(found) ? nameOf(found) : undefined;
  if (found.problem !== undefined) {
    throw new UserError(
      `train.device is "webgpu", or the run began on it, but ${found.problem}; ${found.fix}, or train on the processor: ` +
        '--set train.device=cpu',
    );
  }
  return nameOf(found);
}

/** Whether a device that passed the test is a GPU, and faster than the processor. */
export function isWorthIt({ passed, adapters }: WebGpu): boolean {
  if (passed === undefined || passed.speedup < MIN_SPEEDUP) return false;
  return adapters.length > 0 || process.platform !== 'linux';
}

/** Whether this system could have a GPU. */
const hasGraphics = () => process.platform !== 'linux' || LINUX_DEVICES.some((path) => existsSync(path));

/**
 * Trains on the wanted device; where that is left open, on the processor if the device cannot even begin.
 * @param train on a device.
 */
export async function trainOn<T>(
  wanted: DeviceName,
  reporter: Reporter,
  train: (device: DeviceName) => Promise<T>,
): Promise<T> {
  try {
    return await train(wanted);
  } catch (thrown) {
    if (wanted !== 'auto' || !(thrown instanceof DeviceError) || thrown.hasTrained) throw thrown;
    reporter.note(`${thrown.message}. train.device is "auto", so the processor trains`);
    return train('cpu');
  }
}
