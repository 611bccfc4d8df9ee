import { EMOTIONS } from '../../../ml/core/emotions.ts';
import type { GroupComparison } from '../../../ml/evaluate/groups.ts';
import type { RobustnessScore, VariationScore } from '../../../ml/evaluate/robustness/score.ts';
import type { ByModel } from '../compared-models.ts';
import { difference, markdownTable, percent, withInterval } from '../markdown.ts';
import type { Comparisons, SexEstimates } from './people.ts';

/** One table for all models, and one for each with its strengths. */
export function corruptionTables(scores: ByModel<RobustnessScore>): string {
  const all = [...scores];
  const [[, first]] = all;
  const summary = markdownTable([
    ['accuracy, %', ...all.map(([name]) => name)],
    ['as they are', ...all.map(([, { clean }]) => withInterval(clean))],
    ...first.corruptions.map(({ corruption }, at) => [
      corruption,
      ...all.map(([, { corruptions }]) => withInterval(corruptions[at].mean)),
    ]),
    ['**mean of the corruptions**', ...all.map(([, { meanCorrupted }]) => `**${withInterval(meanCorrupted)}**`)],
    ['**relative drop**', ...all.map(([, { relativeDrop }]) => `**${withInterval(relativeDrop)}**`)],
  ]);
  return [summary, ...all.map(([name, score]) => `### ${name}\n\n${strengthTable(score)}`)].join('\n\n');
}

function strengthTable({ corruptions }: RobustnessScore): string {
  return markdownTable([
    ['accuracy, %', 'faces', 'as they are', '1', '2', '3', '4', '5', 'strengths'],
    ...corruptions.map(({ corruption, unit, faces, clean, strengths }) => [
      corruption,
      String(faces),
      percent(clean.share),
      ...strengths.map((estimate) => withInterval(estimate)),
      `${strengths.map(({ level }) => level).join(', ')}: ${unit}`,
    ]),
  ]);
}

/** A table for each attribute: all models with their groups. */
export function groupTables(comparisons: ByModel<Comparisons>): string {
  const [[, first]] = [...comparisons];
  return Object.keys(first)
    .map((attribute) => {
      const rows = [...comparisons].flatMap(([model, compared]) => rowsOf(model, compared[attribute]));
      const { tooSmall } = first[attribute];
      const left = tooSmall.map(({ group, faces }) => `${group} (${faces})`).join(', ');
      const note = left === '' ? '' : `\n\nToo few faces to compare: ${left}.`;
      const headings = ['faces', 'accuracy', 'mean recall', 'gap of it', ...EMOTIONS];
      return `#### ${attribute}\n\n${markdownTable([['model', 'group', ...headings], ...rows])}${note}`;
    })
    .join('\n\n');
}

function rowsOf(model: string, { groups, gaps, reference }: GroupComparison): string[][] {
  return groups.map(({ group, faces, accuracy, meanRecall, recalls }) => {
    const gap = gaps.find((each) => each.group === group);
    return [
      model,
      group,
      String(faces),
      withInterval(accuracy),
      withInterval(meanRecall),
      group === reference ? 'reference' : gap ? difference(gap.meanRecall) : '',
      ...recalls.map((recall) => (recall ? withInterval(recall) : '–')),
    ];
  });
}

/** Where the gap of an expression's recall is surely not 0: a line for each. */
export function clearGaps(comparisons: ByModel<Comparisons>): string {
  const lines = [...comparisons].flatMap(([model, compared]) =>
    Object.entries(compared).flatMap(([attribute, { gaps, reference }]) =>
      gaps.flatMap(({ group, recalls }) =>
        recalls.flatMap((gap, k) => {
          if (!gap || (gap.interval95[0] <= 0 && gap.interval95[1] >= 0)) return [];
          return [[model, attribute, `${group} against ${reference}`, EMOTIONS[k], difference(gap)]];
        }),
      ),
    ),
  );
  return lines.length === 0
    ? 'No gap of a single expression has an interval without 0.'
    : markdownTable([['model', 'attribute', 'groups', 'expression', 'gap of recall'], ...lines]);
}

export function sexTable({ all, bySex }: SexEstimates): string {
  return markdownTable([
    ['estimated sex is right, %', ''],
    ['all', withInterval(all)],
    ...Object.entries(bySex).map(([sex, estimate]) => [sex, withInterval(estimate)]),
  ]);
}

/** Share of changed answers of all models, and their accuracies. */
export function drawnTables(scores: ByModel<Readonly<Record<string, VariationScore>>>): string {
  const all = [...scores];
  const [[, first]] = all;
  const changed = markdownTable([
    ['changed answers, %', ...all.map(([name]) => name)],
    ...Object.keys(first).map((attribute) => [
      attribute,
      ...all.map(([, score]) => withInterval(score[attribute].changed)),
    ]),
  ]);
  const accuracies = markdownTable([
    ['accuracy, %', 'way', ...all.map(([name]) => name)],
    ...Object.entries(first).flatMap(([attribute, { ways }]) =>
      ways.map(({ way }, at) => [
        attribute,
        way,
        ...all.map(([, score]) => percent(score[attribute].ways[at].accuracy.share)),
      ]),
    ),
  ]);
  return `${changed}\n\n${accuracies}`;
}
