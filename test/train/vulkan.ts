import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** SwiftShader, which computes what a GPU would on the processor, as Debian's `chromium` brings it. */
const LIBRARY = '/usr/lib/chromium/libvk_swiftshader.so';
const LOADER = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1';

const missing = [LOADER, LIBRARY].filter((path) => !existsSync(path));

/**
 * Options of a `describe` that needs a Vulkan device, and which then names one to the processes that it starts. It is
 * skipped, with a message, where there is none: apt-get install libvulkan1 chromium.
 */
export function needingVulkan() {
  if (missing.length > 0) {
    console.log(`WebGPU is not tested: ${missing.join(' and ')} missing (apt-get install libvulkan1 chromium)`);
    return { skip: true };
  }
  const driver = join(mkdtempSync(join(tmpdir(), 'vulkan-')), 'swiftshader.json');
  const ICD = { library_path: LIBRARY, api_version: '1.1.0' };
  writeFileSync(driver, JSON.stringify({ file_format_version: '1.0.0', ICD }));
  process.env['VK_ICD_FILENAMES'] = driver;
  return { skip: false };
}
