import { describe, expect, it } from 'vitest';
import { convLayersOf } from '../../ml/nn/architecture.ts';
import { mobileNetV2 } from '../../ml/nn/mobilenet-v2.ts';
import { parametersOf, statisticsOf } from '../../ml/nn/parameters.ts';

describe('MobileNetV2', () => {
  it('has the layers and sides of the paper at width 1 and 224 px', () => {
    const layers = convLayersOf(mobileNetV2(1, 224));
    expect(layers).toHaveLength(52);
    expect(layers.filter((conv) => conv.kind === 'depthwise')).toHaveLength(17);
    expect(mobileNetV2(1, 224).branches[0].blocks.filter((block) => block.residual)).toHaveLength(10);
    expect(layers.filter((conv) => conv.stride === 2).map((conv) => conv.side)).toEqual([224, 112, 56, 28, 14]);
    expect(mobileNetV2(1, 224).branches[0].finalSide).toBe(7);
  });

  it('has the 2,223,872 parameters of Keras without its top, less the two colours of the grey stem', () => {
    const architecture = mobileNetV2(1, 96);
    const own = parametersOf(architecture, ['original'], 7).size - (1280 * 7 + 7);
    const statistics = statisticsOf(architecture).size;
    // Keras counts moving means and variances among its 2,257,984 parameters.
    expect(own + statistics).toBe(2_257_984 - 32 * 9 * 2);
  });

  it('has the 410,208 parameters of Keras at width 0.35, less the two colours of the grey stem', () => {
    const architecture = mobileNetV2(0.35, 224);
    const own = parametersOf(architecture, ['original'], 7).size - (1280 * 7 + 7);
    expect(own + statisticsOf(architecture).size).toBe(410_208 - 16 * 9 * 2);
  });
});
