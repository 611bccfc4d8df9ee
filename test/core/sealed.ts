import { createHash } from 'node:crypto';

/** A file as `ml/core/sealed-file.ts` documents it, written independently. */
export function sealed(header: string, chunks: readonly Uint8Array[]): Buffer {
  const size = (bytes: Uint8Array) => Buffer.from(new Uint32Array([bytes.length]).buffer);
  const json = Buffer.from(header);
  const parts = [Buffer.concat([Buffer.from('SEALED\r\n'), size(json), json])];
  for (const chunk of chunks) {
    const before = parts[parts.length - 1];
    const seal = createHash('sha256')
      .update(Buffer.concat([before, size(chunk), chunk]))
      .digest();
    parts.push(Buffer.concat([size(chunk), chunk]), seal);
  }
  return Buffer.concat(parts);
}

/** The header and the chunks of such a file. */
export function unsealed(file: Buffer): { header: string; chunks: Buffer[] } {
  let at = 12 + file.readUInt32LE(8);
  const header = file.toString('utf8', 12, at);
  const chunks: Buffer[] = [];
  while (at < file.length) {
    const length = file.readUInt32LE(at);
    chunks.push(Buffer.from(file.subarray(at + 4, at + 4 + length)));
    at += 4 + length + 32;
  }
  return { header, chunks };
}
