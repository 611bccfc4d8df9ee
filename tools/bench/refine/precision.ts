/** What a finder says of an example, and whether it is right. */
export interface Scored {
  readonly score: number;
  readonly positive: boolean;
}

/**
 * Mean, over the positives, of the precision among all that rank no lower (area under the precision-recall curve). Equal
 * scores are ranked together, so that their order does not matter. 0 without positives.
 */
export function averagePrecision(scored: readonly Scored[]): number {
  const ranked = [...scored].sort((a, b) => b.score - a.score);
  let seen = 0;
  let right = 0;
  let sum = 0;
  for (let start = 0; start < ranked.length; ) {
    let end = start;
    let positives = 0;
    while (end < ranked.length && ranked[end].score === ranked[start].score)
      positives += Number(ranked[end++].positive);
    seen += end - start;
    right += positives;
    sum += positives * (right / seen);
    start = end;
  }
  return right === 0 ? 0 : sum / right;
}

/** Of what scores at least the threshold. */
export function precisionAndRecall(scored: readonly Scored[], threshold: number) {
  const found = scored.filter(({ score }) => score >= threshold);
  const right = found.filter(({ positive }) => positive).length;
  const all = scored.filter(({ positive }) => positive).length;
  return { found: found.length, right, precision: right / found.length, recall: right / all };
}
