import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { silent } from '../../ml/core/progress.ts';
import { facesOf, indicesOf } from '../../ml/data/dataset.ts';
import { protocolLabels } from '../../ml/data/labels.ts';
import { loadFaces } from '../../ml/data/load.ts';
import { ACTED_BIAS, biased } from '../../ml/evaluate/prior.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { installStandIn } from '../../tools/simulator/stand-in/api.ts';
import { StandInModel } from '../../tools/simulator/stand-in/ml.ts';
import { scriptedModel } from '../../tools/simulator/stand-in/model-source.ts';
import { StandInSceneObject } from '../../tools/simulator/stand-in/scene.ts';
import { addScript } from '../../tools/simulator/stand-in/script.ts';
import { StandInFaceCrop, StandInTexture } from '../../tools/simulator/stand-in/textures.ts';
import { REAL, temporaryFolder } from '../data/helpers.ts';
import { needing } from '../real-data.ts';

installStandIn();
const { EmotionDetector } = await import('../../lens/Assets/EmotionDetector/EmotionDetector.ts');

const NEUTRAL = 6;
const source = join(REAL, 'fer2013-sample.csv');

describe('real faces that our model has judged', needing(source), () => {
  const cache = temporaryFolder();
  /** Test faces with a FER+ majority, what the model answers and what the detector shows for each. */
  let labels: number[];
  let answers: Float32Array[];
  let shown: number[];

  beforeAll(async () => {
    const votes = join(REAL, 'fer2013new-sample.csv');
    const { data } = ConfigSchema.parse({ data: { source, votes, cache } });
    const { dataset } = await loadFaces(data, 1, silent);
    const majority = protocolLabels('ferplus-majority', dataset).labels;
    const tests = [...indicesOf(dataset, 'PublicTest'), ...indicesOf(dataset, 'PrivateTest')];
    const faces = tests.filter((index) => majority[index] >= 0);
    const predictor = await loadPredictor('ml/models/emotion/emotion.int8.onnx');
    const probabilities = await predictor.predict(facesOf(dataset, Uint32Array.from(faces)));
    await predictor.close();
    labels = faces.map((index) => majority[index]);
    answers = faces.map((_, i) => probabilities.slice(7 * i, 7 * i + 7));
    shown = showOneAfterAnother();
  });

  /** Each face is looked at for a second, and gone for two before the next one. */
  function showOneAfterAnother(): number[] {
    const lens = installStandIn();
    let face = 0;
    const detector = addScript(new StandInSceneObject(), EmotionDetector, {
      model: new StandInModel(scriptedModel({ infer: () => answers[face], runFrames: 2 })),
      faceCrop: new StandInTexture(new StandInFaceCrop()),
    });
    return answers.map((_, i) => {
      face = i;
      lens.faceFound();
      lens.run(1);
      const { emotion } = detector;
      lens.faceLost();
      lens.run(2);
      return emotion;
    });
  }

  const share = (of: readonly boolean[]) => of.filter(Boolean).length / of.length;

  it('are more than a hundred, and each of them is decided on', () => {
    expect(labels.length).toBeGreaterThan(100);
    expect(shown.every((emotion) => emotion >= 0)).toBe(true);
  });

  it('are shown as what the model, with the bias for acted faces, is sure of, and as neutral where it is not', () => {
    const expected = answers.map((natural) => {
      const answer = biased(natural, ACTED_BIAS, 0.75);
      const best = answer.indexOf(Math.max(...answer));
      return answer[best] >= 0.5 ? best : NEUTRAL;
    });
    expect(shown).toEqual(expected);
  });

  // Of PublicTest's 3,186 faces with a majority, 92 % of the shown expressions agree, and 6 % of the neutral ones show one.
  it('are mostly shown as the FER+ majority saw them', () => {
    const expressive = labels.map((_, i) => i).filter((i) => shown[i] !== NEUTRAL);
    expect(share(expressive.map((i) => shown[i] === labels[i]))).toBeGreaterThan(0.8);
    const calm = labels.map((_, i) => i).filter((i) => labels[i] === NEUTRAL);
    expect(share(calm.map((i) => shown[i] !== NEUTRAL))).toBeLessThan(0.2);
  });
});
