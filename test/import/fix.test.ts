import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixOnnx } from '../../ml/import/fix.ts';
import { filesIn } from '../../ml/import/readers/files.ts';
import { readOnnxModel } from '../../ml/import/readers/onnx.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import { encodeModel } from '../../ml/onnx/model.ts';
import { ModelProto } from '../../ml/onnx/schema.ts';
import { expectSameAnswers } from './passes/equal-answers.ts';
import { kerasLike, model, node, pytorchLike, weights } from './passes/models.ts';

const folder = mkdtempSync(join(tmpdir(), 'fix-'));
const read = async (file: string) => readOnnxModel(await filesIn(file), basename(file));
const write = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

describe('check --fix', () => {
  it('writes a model that SnapML accepts and that answers the same', async () => {
    const before = pytorchLike();
    const out = join(folder, 'fixed.onnx');
    const { report, difference } = await fixOnnx(write('torch.onnx', encodeModel(before)), out);
    expect(report).toMatchObject({ accepted: true, file: out, format: 'ONNX, operator set 11' });
    expect(difference).toBeLessThan(1e-5);
    await expectSameAnswers(decodeModel(readFileSync(out), out), before);
  });

  it('writes nothing over a model that it cannot open', async () => {
    const broken = model({ nodes: [node('Relu', ['nothing'], 'y')] });
    const out = join(folder, 'none.onnx');
    await expect(fixOnnx(write('broken.onnx', encodeModel(broken)), out)).rejects.toThrow('cannot load');
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    ['set 6', { ...kerasLike('mean'), opsets: [{ domain: '', version: 6 }] }, 'has operator set 6; expected 7 to 21'],
    [
      'an open size',
      model({ inShape: ['n', 3, 'h', 'w'], nodes: [node('Relu', ['image'], 'y')] }),
      'give the side of its pictures, for example --size 224',
    ],
  ])('says what is missing: %s', async (name, given, message) => {
    const file = write(`${name}.onnx`, encodeModel(given));
    await expect(fixOnnx(file, join(folder, 'out.onnx'))).rejects.toThrow(message);
  });
});

/** A model whose only constant lies in another file. */
function external(location: string, offset = 4): Uint8Array {
  const bytes = encodeModel(
    model({ nodes: [node('Add', ['image', 'b'], 'y')], initializers: [weights('b', [4, 1, 1])] }),
  );
  const message = ModelProto.toObject(ModelProto.decode(bytes)) as {
    graph: { initializer: Record<string, unknown>[] };
  };
  const [tensor] = message.graph.initializer;
  tensor['rawData'] = new Uint8Array();
  tensor['dataLocation'] = 1;
  tensor['externalData'] = [
    { key: 'location', value: location },
    { key: 'offset', value: String(offset) },
  ];
  return ModelProto.encode(message).finish();
}

describe('weights in another file', () => {
  const values = Float32Array.of(9, 1, 2, 3, 4);

  it('are read from the same folder', async () => {
    write('weights.data', new Uint8Array(values.buffer));
    const { graph } = await read(write('with-data.onnx', external('weights.data')));
    expect([...new Float32Array(graph.initializers[0].raw.slice().buffer)]).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['../weights.data', 'is a path; write only the name'],
    ['/etc/passwd', 'is a path; write only the name'],
    ['https://example.org/weights.data', 'is a path; write only the name'],
    ['missing.data', 'does not exist, and the model needs it'],
    ['link.data', 'is a link or a folder, and the model needs it'],
    ['short.data', 'needs bytes 4 to 20 of short.data, which has 8'],
  ])('are refused elsewhere: %s', async (location, message) => {
    write('short.data', new Uint8Array(8));
    if (!existsSync(join(folder, 'link.data'))) symlinkSync('/etc/hostname', join(folder, 'link.data'));
    await expect(read(write('outside.onnx', external(location)))).rejects.toThrow(message);
  });
});
