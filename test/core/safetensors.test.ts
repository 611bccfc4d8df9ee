import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../../ml/core/safetensors.ts';

describe('safetensors', () => {
  it('gives back every bit that was written', () => {
    const tensor = fc
      .tuple(fc.nat(3), fc.nat(3), fc.nat(3))
      .chain(([a, b, c]) =>
        fc
          .float32Array({ minLength: a * b * c, maxLength: a * b * c, noNaN: true })
          .map((values) => ({ shape: [a, b, c], values })),
      );
    const tensors = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tensor, { maxKeys: 4 });
    // A key that would change an object's prototype is left out when the header is checked.
    const keys = fc.string().filter((key) => key !== '__proto__');
    fc.assert(
      fc.property(tensors, fc.dictionary(keys, fc.string(), { noNullPrototype: true }), (written, metadata) => {
        const entries = Object.entries(written);
        const read = decodeSafetensors(encodeSafetensors({ tensors: new Map(entries), metadata }), 'file');
        expect([...read.tensors.keys()]).toEqual(entries.map(([name]) => name));
        for (const [name, { shape, values }] of entries) {
          expect(read.tensors.get(name)?.shape).toEqual(shape);
          expect([...(read.tensors.get(name)?.values ?? [])]).toEqual([...values]);
        }
        expect(read.metadata).toEqual(metadata);
      }),
    );
  });

  it('is the published format, read byte by byte', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([['w', { shape: [2], values: Float32Array.of(1.5, -2) }]]),
      metadata: { a: 'b' },
    });
    const view = new DataView(bytes.buffer);
    const length = Number(view.getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header).toEqual({ __metadata__: { a: 'b' }, w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
    expect(view.getFloat32(8 + length, true)).toBe(1.5);
    expect(view.getFloat32(12 + length, true)).toBe(-2);
  });

  /** A file with this header and so many bytes of numbers. */
  const fileOf = (header: string, bytes: number): Uint8Array => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return new Uint8Array(Buffer.concat([length, Buffer.from(header), Buffer.alloc(bytes)]));
  };

  it('refuses tensors that share their bytes, of which a small file could claim any number', () => {
    const entry = { dtype: 'F32', shape: [100], data_offsets: [0, 400] };
    const claims = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`w${i}`, entry]));
    const file = fileOf(JSON.stringify({ __metadata__: {}, ...claims }), 400);
    expect(() => decodeSafetensors(file, 'file')).toThrow(
      /file is not a complete safetensors file: its tensors overlap/,
    );
  });

  it('refuses a header of more than a megabyte before it reads it', () => {
    const file = fileOf(`{"__metadata__":{}${' '.repeat(1_000_000)}}`, 0);
    expect(() => decodeSafetensors(file, 'file')).toThrow(/its header has \d+ bytes; expected at most 1000000/);
  });

  it('refuses every truncation with a message that names the file', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([['w', { shape: [9], values: new Float32Array(9) }]]),
      metadata: {},
    });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), 'broken.safetensors')).toThrow(UserError);
      expect(() => decodeSafetensors(bytes.subarray(0, length), 'broken.safetensors')).toThrow(/broken\.safetensors/);
    }
  });
});
