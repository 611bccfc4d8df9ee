import { describe, expect, it } from 'vitest';
import { describeClasses, mapClasses } from '../../ml/import/classes.ts';
import { labelsOfText } from '../../ml/import/readers/labels.ts';

const map = (names: string[], said: Record<string, string> = {}) =>
  mapClasses(names, 'labels.txt', new Map(Object.entries(said)));

describe('classes', () => {
  it('keep their names and order where they are no emotions', () => {
    expect(map(['Cat', 'Hat', ' Sad-ish '])).toMatchObject({ labels: ['Cat', 'Hat', 'Sad-ish'], order: [0, 1, 2] });
  });

  it('are emotions by their names and synonyms, in our order where all seven are there', () => {
    const names = ['anger', 'DISGUST', 'fearful', 'happiness', 'sadness', 'surprised', 'neutral'].toReversed();
    const mapped = map(names);
    expect(mapped.labels).toEqual(['Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Neutral']);
    expect(mapped.order).toEqual([6, 5, 4, 3, 2, 1, 0]);
    expect(describeClasses(mapped)).toContain(' 0 neutral   →  6 Neutral\n');
    expect(describeClasses(mapped)).toContain('anger     →  0 Angry (synonym)');
  });

  it('are what the user says', () => {
    expect(map(['glad', 'Sad'], { glad: 'happy' })).toMatchObject({
      labels: ['Happy', 'Sad'],
      classes: [{ by: '--map' }, { by: 'name' }],
    });
  });

  it.each<[string, string[], Record<string, string>, string]>([
    [
      'nearly an emotion',
      ['hapy', 'Sad'],
      {},
      '"hapy" may be Happy, but that is not certain; say so with --map "hapy=Happy", or keep its name with --map "hapy=hapy"',
    ],
    ['the same emotion twice', ['angry', 'Anger'], {}, 'the classes "angry" and "Anger" would both be Angry'],
    ['the same name twice', ['a', 'A'], {}, 'would both be A'],
    ['not there', ['Happy', 'Sad'], { hapy: 'Happy' }, 'labels.txt has no class of this name; did you mean Happy?'],
    ['empty', ['', 'Sad'], {}, 'class 0 is called ""; expected 1 to 60 letters'],
    ['far too long', ['x'.repeat(61), 'Sad'], {}, 'expected 1 to 60 letters'],
  ])('are refused if one is %s', (_, names, said, message) => {
    expect(() => map(names, said)).toThrow(message);
  });
});

describe('a file of labels', () => {
  it('has one on each line, with or without numbers', () => {
    expect(labelsOfText('\ufeff0 Happy face\r\n1 Sad\r\n', 'labels.txt')).toEqual(['Happy face', 'Sad']);
    expect(labelsOfText('Happy\n\n 2 eyes\n', 'labels.txt')).toEqual(['Happy', '2 eyes']);
  });

  it('is refused with numbers in another order', () => {
    expect(() => labelsOfText('0 Happy\n2 Sad\n', 'labels.txt')).toThrow(
      'labels.txt, line 2: "2 Sad"; expected the label with number 1',
    );
  });
});
