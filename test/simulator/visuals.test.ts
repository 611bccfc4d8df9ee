import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Affine } from '../../ml/faces/face.ts';
import type { HeadPlace, ScreenPlace, Visual } from '../../tools/simulator/lens.ts';
import { readVisuals } from '../../tools/simulator/scene/read-visuals.ts';
import '../../tools/simulator/stand-in/api.ts';
import { AttachmentPointType, type StandInFaceStretch, type StandInHead } from '../../tools/simulator/stand-in/face.ts';
import { Quat, Vec3, Vec4 } from '../../tools/simulator/stand-in/math.ts';
import { rootsOf, StandInSceneObject } from '../../tools/simulator/stand-in/scene.ts';
import { StandInFaceCrop, StandInTexture } from '../../tools/simulator/stand-in/textures.ts';
import {
  HorizontalAlignment,
  StandInRect,
  type StandInScreenTransform,
  type StandInText,
  TextFillMode,
  TileZone,
} from '../../tools/simulator/stand-in/visuals.ts';
import { World } from '../../tools/simulator/stand-in/world.ts';

const SCREEN = { width: 400, height: 800 };
const UPRIGHT = Quat.quatIdentity();
const turned = (angle: number) => Quat.angleAxis(angle, new Vec3(0, 0, 1));

let world: World;
let crops: (Affine | null)[];
beforeEach(() => {
  world = new World();
  world.activate();
  crops = [];
});

const visuals = (): Visual[] => readVisuals(rootsOf(world), SCREEN, { cropPlace: () => crops[0] ?? null });

function child(parent?: StandInSceneObject, name = 'child'): StandInSceneObject {
  const object = new StandInSceneObject(name);
  if (parent) object.setParent(parent);
  return object;
}

type Sides = [left: number, right: number, bottom: number, top: number];

function area(parent: StandInSceneObject | undefined, sides: Sides, angle = 0, scale: [number, number] = [1, 1]) {
  const object = child(parent);
  const transform = object.createComponent('ScreenTransform') as StandInScreenTransform;
  transform.anchors = StandInRect.create(...sides);
  transform.rotation = turned(angle);
  transform.scale = new Vec3(scale[0], scale[1], 1);
  return object;
}

function write(object: StandInSceneObject, text = 'x'): StandInText {
  const component = object.createComponent('Text') as unknown as StandInText;
  component.text = text;
  return component;
}

function expectNumbers(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 6);
  });
}

const squareOf = (visual: Visual): Affine => ((visual as { place: ScreenPlace }).place as ScreenPlace).square;

describe('places on the screen', () => {
  it.each<[string, Sides, number, [number, number], Affine]>([
    ['the whole screen', [-1, 1, -1, 1], 0, [1, 1], [200, 0, 0, -400, 200, 400]],
    ['its upper right quarter', [0, 1, 0, 1], 0, [1, 1], [100, 0, 0, -200, 300, 200]],
    ['that, turned to the left', [0, 1, 0, 1], Math.PI / 2, [1, 1], [0, -100, -200, 0, 300, 200]],
    ['that, of twice the width', [0, 1, 0, 1], 0, [2, 1], [200, 0, 0, -200, 300, 200]],
    [
      'that, wider and turned: a side is scaled before it is turned',
      [0, 1, 0, 1],
      Math.PI / 2,
      [2, 1],
      [0, -200, -200, 0, 300, 200],
    ],
    ['something beyond it', [1, 2, -3, -1], 0, [1, 1], [100, 0, 0, -400, 500, 1200]],
  ])('%s', (_, sides, angle, scale, expected) => {
    write(area(undefined, sides, angle, scale));
    expectNumbers(squareOf(visuals()[0]), expected);
  });

  it('lie in parts of their parents, and are turned with them', () => {
    const quarter = area(undefined, [0, 1, 0, 1], Math.PI / 2);
    write(area(quarter, [0, 1, -1, 1]));
    // The right half of the quarter lies above its middle once it is turned.
    expectNumbers(squareOf(visuals()[0]), [0, -50, -200, 0, 300, 150]);
  });

  it('are moved by offsets in thousandths of the screen’s width', () => {
    const object = area(undefined, [-1, 1, -1, 1]);
    const transform = object.getComponent('ScreenTransform') as StandInScreenTransform;
    transform.offsets = StandInRect.create(100, 100, 0, 50);
    write(object);
    expectNumbers(squareOf(visuals()[0]), [200, 0, 0, -410, 240, 390]);
  });

  it('are what each step from the inside to the outside makes of any point', () => {
    const side = fc.double({ min: -1.5, max: 1.5, noNaN: true });
    const step = fc.record({
      sides: fc.tuple(side, side, side, side),
      angle: fc.double({ min: -4, max: 4, noNaN: true }),
      scale: fc.tuple(side, side),
    });
    const point = fc.tuple(side, side);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), point, (steps, [u, v]) => {
        world = new World();
        world.activate();
        let object: StandInSceneObject | undefined;
        for (const { sides, angle, scale } of steps)
          object = area(object, sides as Sides, angle, scale as [number, number]);
        write(object!);
        /** Half sides of the areas, from the screen inwards. */
        const halves = [[SCREEN.width / 2, SCREEN.height / 2]];
        for (const { sides } of steps) {
          const [width, height] = halves[halves.length - 1];
          halves.push([((sides[1] - sides[0]) / 2) * width, ((sides[3] - sides[2]) / 2) * height]);
        }
        const inner = halves[halves.length - 1];
        let [x, y] = [u * inner[0], v * inner[1]];
        for (let i = steps.length - 1; i >= 0; i--) {
          const { sides, angle, scale } = steps[i];
          const [width, height] = halves[i];
          [x, y] = [x * scale[0], y * scale[1]];
          [x, y] = [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
          [x, y] = [x + ((sides[0] + sides[1]) / 2) * width, y + ((sides[2] + sides[3]) / 2) * height];
        }
        const [a, b, c, d, e, f] = squareOf(visuals()[0]);
        expectNumbers([a * u + c * v + e, b * u + d * v + f], [200 + x, 400 - y]);
      }),
    );
  });

  it('may be those of a face crop, with what lies in them', () => {
    const object = area(undefined, [-1, 1, -1, 1]);
    const setter = object.createComponent('RectangleSetter');
    setter.cropTexture = new StandInTexture(new StandInFaceCrop());
    write(object);
    write(area(object, [0, 1, 0, 1]));
    expect(visuals()).toEqual([]);
    // A turned square of side 100 around (150, 250).
    crops = [[30, 40, 40, -30, 150, 250]];
    const [whole, quarter] = visuals();
    expectNumbers(squareOf(whole), crops[0]!);
    expectNumbers(squareOf(quarter), [15, 20, 20, -15, 150 + 15 + 20, 250 + 20 - 15]);
  });
});

describe('places around a head', () => {
  function head(faceIndex = 0): StandInSceneObject {
    const object = child();
    const component = object.createComponent('Head') as unknown as StandInHead;
    component.faceIndex = faceIndex;
    component.setAttachmentPointType(AttachmentPointType.MouthCenter);
    return object;
  }

  function put(parent: StandInSceneObject, position: Vec3, rotation = UPRIGHT, scale = 1): StandInSceneObject {
    const object = child(parent);
    const transform = object.getTransform();
    transform.setLocalPosition(position);
    transform.setLocalRotation(rotation);
    transform.setLocalScale(new Vec3(scale, scale, scale));
    return object;
  }

  const placeOf = (visual: Visual) => (visual as { place: HeadPlace }).place;

  it('follow the objects above them up to the head', () => {
    const outer = put(head(1), new Vec3(1, 2, 3), turned(Math.PI / 2), 2);
    const text = write(put(outer, new Vec3(10, 0, 0)));
    text.worldSpaceRect = StandInRect.create(-1, 3, -2, 2);
    const { on, faceIndex, point, center, right, up } = placeOf(visuals()[0]);
    expect([on, faceIndex, point]).toEqual(['head', 1, 'MouthCenter']);
    // The child is 20 above, the rectangle's middle 1 to its side, which is up, and all is doubled.
    expectNumbers(center, [1, 24, 3]);
    expectNumbers(right, [0, 4, 0]);
    expectNumbers(up, [-4, 0, 0]);
  });

  it('are turned in space as quaternions turn', () => {
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(angle, angle, angle, (x, y, z) => {
        world = new World();
        world.activate();
        const rotation = Quat.fromEulerAngles(x, y, z);
        write(put(head(), Vec3.zero(), rotation)).worldSpaceRect = StandInRect.create(-1, 1, -1, 1);
        const { right, up } = placeOf(visuals()[0]);
        // About x first, then y, then z, one after the other.
        const turn = ([a, b, c]: number[]) => {
          [b, c] = [b * Math.cos(x) - c * Math.sin(x), b * Math.sin(x) + c * Math.cos(x)];
          [c, a] = [c * Math.cos(y) - a * Math.sin(y), c * Math.sin(y) + a * Math.cos(y)];
          [a, b] = [a * Math.cos(z) - b * Math.sin(z), a * Math.sin(z) + b * Math.cos(z)];
          return [a, b, c];
        };
        expectNumbers(right, turn([1, 0, 0]));
        expectNumbers(up, turn([0, 1, 0]));
      }),
    );
  });

  it('are nowhere without one', () => {
    write(put(child(), Vec3.zero()));
    child().createComponent('LiquifyVisual').intensity = 2;
    expect(visuals()).toEqual([]);
  });

  it('have a liquify', () => {
    const object = head(1);
    const liquify = object.createComponent('LiquifyVisual');
    expect(visuals()).toEqual([]);
    liquify.radius = 2.5;
    liquify.intensity = 1.25;
    liquify.setRenderOrder(7);
    expect(visuals()).toEqual([
      { kind: 'liquify', order: 7, faceIndex: 1, point: 'MouthCenter', radius: 2.5, amount: 0.25 },
    ]);
  });
});

describe('what is seen', () => {
  it('is drawn in the order of the visuals, then of the scene', () => {
    const screen = area(undefined, [-1, 1, -1, 1]);
    for (const [text, order] of [
      ['c', 5],
      ['a', 1],
      ['d', 5],
      ['b', 2],
    ] as const)
      write(area(screen, [-1, 1, -1, 1]), text).setRenderOrder(order);
    expect(visuals().map((visual) => (visual as { text: string }).text)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is neither disabled, nor empty, nor wholly transparent', () => {
    const screen = area(undefined, [-1, 1, -1, 1]);
    const text = write(screen);
    expect(visuals()).toHaveLength(1);
    text.enabled = false;
    expect(visuals()).toEqual([]);
    text.enabled = true;
    screen.enabled = false;
    expect(visuals()).toEqual([]);
    screen.enabled = true;
    text.text = ' \n';
    expect(visuals()).toEqual([]);
    text.text = 'x';
    text.textFill.color = new Vec4(1, 1, 1, 0);
    expect(visuals()).toEqual([]);
    text.backgroundSettings.enabled = true;
    expect(visuals()).toHaveLength(1);
    text.backgroundSettings.fill.color = new Vec4(1, 1, 1, 0);
    expect(visuals()).toEqual([]);
  });

  it('has its colours, textures and alignment', () => {
    const text = write(area(undefined, [-1, 1, -1, 1]));
    text.horizontalAlignment = HorizontalAlignment.Left;
    text.size = 30;
    text.textFill.color = new Vec4(0.1, 0.2, 0.3, 0.4);
    const { backgroundSettings } = text;
    backgroundSettings.enabled = true;
    backgroundSettings.cornerRadius = 3;
    backgroundSettings.margins = StandInRect.create(1, 2, 3, 4);
    Object.assign(backgroundSettings.fill, { mode: TextFillMode.Texture, tileZone: TileZone.Screen });
    backgroundSettings.fill.texture = new StandInTexture(undefined, 'vignette');
    backgroundSettings.fill.colorTint = new Vec4(1, 0, 0, 0.5);
    expect(visuals()[0]).toMatchObject({
      horizontal: -1,
      vertical: 0,
      size: 30,
      fill: { color: [0.1, 0.2, 0.3, 0.4], texture: null },
      background: {
        color: [1, 0, 0, 0.5],
        texture: { source: { kind: 'picture', id: 'vignette' }, zone: 'screen' },
        cornerRadius: 3,
        margins: { left: 1, right: 2, bottom: 3, top: 4 },
      },
    });
    text.sizeToFit = true;
    Object.assign(text.textFill, { mode: TextFillMode.Texture, tileZone: TileZone.Rect });
    const crop = new StandInFaceCrop();
    crop.faceIndex = 1;
    text.textFill.texture = new StandInTexture(crop);
    expect(visuals()[0]).toMatchObject({
      size: null,
      fill: {
        texture: { source: { kind: 'faceCrop', faceIndex: 1, scaleX: 1, scaleY: 1, mouthWeight: 0.1 }, zone: 'place' },
      },
    });
  });

  it('are moves of a face times both weights, of all features', () => {
    const stretch = child().createComponent('FaceStretchVisual') as StandInFaceStretch;
    stretch.faceIndex = 1;
    const feature = (name: string, weight: number, moves: readonly [number, number, number, number][]) => {
      stretch.addFeature(name);
      const points = stretch.getFeaturePoints(name);
      for (const [index, dx, dy, share] of moves)
        Object.assign(points[index], { delta: new Vec3(dx, dy, 9), weight: share });
      stretch.updateFeaturePoints(name, points);
      stretch.setFeatureWeight(name, weight);
    };
    feature('rest', 0, [[1, 1, 1, 1]]);
    expect(visuals()).toEqual([]);
    feature('a', 0.5, [
      [8, 2, 4, 1],
      [9, 2, 4, 0.5],
      [10, 2, 4, 0],
    ]);
    feature('b', 1, [[8, 1, 0, 1]]);
    expect(visuals()).toEqual([
      {
        kind: 'faceStretch',
        order: 0,
        faceIndex: 1,
        moves: [
          [8, 2, 2],
          [9, 0.5, 1],
        ],
      },
    ]);
  });

  it('is a soft skin', () => {
    const retouch = child().createComponent('RetouchVisual');
    retouch.softSkinIntensity = 0;
    expect(visuals()).toEqual([]);
    retouch.softSkinIntensity = 0.3;
    expect(visuals()).toEqual([{ kind: 'retouch', order: 0, faceIndex: 0, softness: 0.3 }]);
  });
});
