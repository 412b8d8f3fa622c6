"""Reference numbers for probes: gaps between groups by fairlearn, intervals and tails by scipy, shared tokens by difflib.
usage: python test/golden/probes.py   (fairlearn 0.15.0, scipy 1.17.1); encoder-pairs.py adds what needs torch
"""
import difflib, json, pathlib, random
import fairlearn.metrics as fair, scipy.stats as stats
from sklearn.metrics import precision_score

random.seed(7)


def gaps(groups, rates):
    """Decisions of 0 and 1 for people of groups, each called 1 with a rate that depends on the group and on what is right."""
    group = [random.choice(groups) for _ in range(120)]
    right = [int(random.random() < 0.45) for _ in group]
    called = [int(random.random() < rates[groups.index(g)][r]) for g, r in zip(group, right)]
    own = dict(sensitive_features=group)
    precision = fair.MetricFrame(metrics=precision_score, y_true=right, y_pred=called, **own)
    frame = fair.MetricFrame(metrics=dict(selection=fair.selection_rate, truePositive=fair.true_positive_rate,
                                          falsePositive=fair.false_positive_rate, precision=precision_score), y_true=right, y_pred=called, **own)
    return dict(group=group, right=right, called=called, rates=frame.by_group.T.to_dict(), gaps=dict(
        demographicParity=[fair.demographic_parity_difference(right, called, **own), fair.demographic_parity_ratio(right, called, **own)],
        equalOpportunity=[fair.equal_opportunity_difference(right, called, **own), fair.equal_opportunity_ratio(right, called, **own)],
        equalizedOdds=[fair.equalized_odds_difference(right, called, **own), fair.equalized_odds_ratio(right, called, **own)],
        predictiveParity=[precision.difference(), precision.ratio()]))


def blocks(length):
    a = [random.randrange(6) for _ in range(length)]
    b = list(a)
    for _ in range(3):
        at = random.randrange(len(b))
        b[at:at + random.randrange(3)] = [random.randrange(6) for _ in range(random.randrange(3))]
    first, second = [], []
    for kind, i, j, k, l in difflib.SequenceMatcher(None, a, b).get_opcodes():
        if kind == 'equal':
            first += range(i, j)
            second += range(k, l)
    return dict(a=a, b=b, first=first, second=second)


golden = dict(
    gaps=[gaps(['a', 'b'], [(0.2, 0.9), (0.4, 0.6)]), gaps(['男', '女', '其他'], [(0.1, 0.8), (0.3, 0.8), (0.2, 0.5)])],
    wilson=[[hits, count, *stats.binomtest(hits, count).proportion_ci(method='wilson')] for hits, count in [(0, 4), (3, 3), (7, 20), (812, 1508)]],
    skewNormal=[[shape, x, float(stats.skewnorm.cdf(x, shape, loc=2, scale=3))]
                for shape in (-4, -0.5, 0, 2, 12) for x in (-12, -4, -1, 0, 2, 5, 11)],
    # Mean, deviation and skewness that a fit must have again.
    moments=[[shape, *(float(x) for x in stats.skewnorm.stats(shape, loc=2, scale=3, moments='mvs'))] for shape in (-4, 0.5, 3)],
    shared=[blocks(length) for length in (3, 8, 12, 20, 20, 20, 40)])
path = pathlib.Path(__file__).with_name('probes.json')
path.write_text(json.dumps(golden, ensure_ascii=False, separators=(',', ':')) + '\n')
print(path.stat().st_size)
