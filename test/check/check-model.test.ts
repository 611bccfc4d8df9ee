import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { CheckReportSchema, formatCheck } from '../../ml/check/report.ts';
import { UserError } from '../../ml/core/errors.ts';
import { encodeModel } from '../../ml/onnx/model.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { model as anyModel } from '../tflite/random-model.ts';
import { folder, modelOf, node, write } from './check-models.ts';
import { tfliteOf } from './check-tflite-models.ts';

describe('checkModel', () => {
  const tflite = writeTflite(tfliteOf({}));

  it('goes by the name, or else by the first bytes', async () => {
    const onnx = encodeModel(modelOf({ nodes: [node('Relu', ['image'], 'y')] }));
    expect((await checkModel(write(onnx))).format).toBe('ONNX, operator set 11');
    expect((await checkModel(write(tflite, 'TFLITE'))).format).toMatch(/^TensorFlow Lite/);
    expect((await checkModel(write(tflite, 'bin'))).format).toMatch(/^TensorFlow Lite/);
  });

  it('refuses other files by name', async () => {
    const text = write(new TextEncoder().encode('emotion,pixels,Usage\n'), 'csv');
    await expect(checkModel(text)).rejects.toThrow(/\.csv: its name ends in neither \.onnx nor \.tflite/);
    await expect(checkModel(text)).rejects.toThrow(UserError);
    await expect(checkModel(write(tflite.subarray(0, 100), 'tflite'))).rejects.toThrow(/not a complete \.tflite file/);
    await expect(checkModel(write(new Uint8Array(9), 'tflite'))).rejects.toThrow(/is not a \.tflite file/);
    await expect(checkModel(join(folder, 'none'))).rejects.toThrow(/does not exist/);
    await expect(checkModel(folder)).rejects.toThrow(/is a directory/);
  });

  it('gives a report or a message, whichever bytes are wrong', async () => {
    const wrong = fc.array(fc.tuple(fc.nat(tflite.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(wrong, async (changes) => {
        const damaged = tflite.slice();
        for (const [place, value] of changes) damaged[place] = value;
        await expectReportOrUserError(damaged);
      }),
      { numRuns: 150 },
    );
  });

  it('gives a report of any network, sensible or not', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, (network) => expectReportOrUserError(writeTflite(network))),
      { numRuns: 150 },
    );
  });

  async function expectReportOrUserError(content: Uint8Array): Promise<void> {
    const path = write(content, 'tflite');
    try {
      const report = await checkModel(path);
      CheckReportSchema.parse(report);
      expect(formatCheck(report)).toContain(path);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(UserError);
      expect((thrown as Error).message).toContain(path);
    }
  }
});
