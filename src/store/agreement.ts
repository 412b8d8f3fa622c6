/** How far people agree beyond chance: kappa (Cohen, 1960) for each two, alpha (Krippendorff, 2004) and AC1 (Gwet, 2008) for all. */

/**
 * κ = (p₀ − pₑ) / (1 − pₑ): p₀ the share of items with the same label, pₑ that share if each kept to their own
 * frequencies by chance. `undefined` without items; 1 when both gave one and the same label to everything.
 */
export function cohenKappa(first: readonly string[], second: readonly string[]): number | undefined {
  const count = first.length;
  if (count === 0) return undefined;
  const same = first.filter((label, i) => label === second[i]).length / count;
  const share = (labels: readonly string[], label: string) =>
    labels.filter((one) => one === label).length / count;
  const chance = [...new Set(first)].reduce(
    (sum, label) => sum + share(first, label) * share(second, label),
    0,
  );
  return chance === 1 ? 1 : (same - chance) / (1 - chance);
}

/**
 * α = 1 − Dₒ / Dₑ for names: Dₒ the share of unlike pairs within the units, Dₑ that share among all values. A unit is
 * what people said of one item; one with fewer than two values says nothing. `undefined` where there is no pair, or
 * only one name.
 */
export function krippendorffAlpha(units: readonly (readonly string[])[]): number | undefined {
  const paired = units.filter((values) => values.length > 1);
  const totals = new Map<string, number>();
  let unlike = 0;
  for (const values of paired) {
    const counts = new Map<string, number>();
    for (const value of values) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
      totals.set(value, (totals.get(value) ?? 0) + 1);
    }
    const alike = [...counts.values()].reduce((sum, count) => sum + count * (count - 1), 0);
    unlike += (values.length * (values.length - 1) - alike) / (values.length - 1);
  }
  const all = paired.reduce((sum, values) => sum + values.length, 0);
  const alike = [...totals.values()].reduce((sum, count) => sum + count * (count - 1), 0);
  const expected = all * (all - 1) - alike;
  return expected > 0 ? 1 - ((all - 1) * unlike) / expected : undefined;
}

/**
 * AC1 = (p₀ − pₑ) / (1 − pₑ): p₀ the mean share of like pairs in the units with two values or more, pₑ = Σ π (1 − π) /
 * (q − 1) over the q names, π the mean share of a name in all units. Where nearly all values are one name it stays
 * high, as kappa and alpha do not. `undefined` where there is no pair, or only one name to choose.
 */
export function gwetAc1(units: readonly (readonly string[])[], names: readonly string[]): number | undefined {
  const said = units.filter((values) => values.length > 0);
  const paired = said.filter((values) => values.length > 1);
  if (paired.length === 0 || names.length < 2) return undefined;
  const countOf = (values: readonly string[], name: string): number =>
    values.filter((value) => value === name).length;
  const likeShare = (values: readonly string[]): number => {
    const like = names
      .map((name) => countOf(values, name))
      .reduce((sum, count) => sum + count * (count - 1), 0);
    return like / (values.length * (values.length - 1));
  };
  const like = paired.reduce((sum, values) => sum + likeShare(values), 0) / paired.length;
  const shares = names.map(
    (name) => said.reduce((sum, values) => sum + countOf(values, name) / values.length, 0) / said.length,
  );
  const chance = shares.reduce((sum, share) => sum + share * (1 - share), 0) / (names.length - 1);
  return (like - chance) / (1 - chance);
}

/** What agreement is measured on. */
interface Decided {
  readonly id: string;
  readonly decisions: readonly { readonly reviewer: string; readonly decision: string }[];
}

export interface PairAgreement {
  readonly reviewers: readonly [string, string];
  /** Items that both decided. */
  readonly items: number;
  /** Share of them with the same decision. */
  readonly agreed: number;
  readonly kappa: number;
}

export interface Agreement {
  readonly pairs: readonly PairAgreement[];
  /** Reviews on which not everyone said the same. */
  readonly disagreements: readonly string[];
}

/** Agreement of every two reviewers who decided on the same items. */
export function agreementOf(reviews: readonly Decided[]): Agreement {
  const labels = new Map<string, [a: string, b: string, first: string[], second: string[]]>();
  for (const { decisions } of reviews) {
    const sorted = decisions.toSorted((x, y) => (x.reviewer < y.reviewer ? -1 : 1));
    for (const [i, a] of sorted.entries()) {
      for (const b of sorted.slice(i + 1)) {
        const key = JSON.stringify([a.reviewer, b.reviewer]);
        const pair = labels.get(key) ?? [a.reviewer, b.reviewer, [], []];
        pair[2].push(a.decision);
        pair[3].push(b.decision);
        labels.set(key, pair);
      }
    }
  }
  return {
    pairs: [...labels.values()].map(([a, b, first, second]) => ({
      reviewers: [a, b],
      items: first.length,
      agreed: first.filter((label, i) => label === second[i]).length / first.length,
      kappa: cohenKappa(first, second) as number,
    })),
    disagreements: reviews
      .filter(({ decisions }) => new Set(decisions.map(({ decision }) => decision)).size > 1)
      .map(({ id }) => id),
  };
}
