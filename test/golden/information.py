"""Reference for test/golden/information.json: information measures of two small texts with numpy, scipy, scikit-learn and nltk.
usage: python test/golden/information.py   (numpy, scipy, scikit-learn, nltk from PyPI)
"""
import json, pathlib
from collections import Counter
import numpy as np
from nltk.collocations import BigramCollocationFinder
from nltk.metrics import BigramAssocMeasures
from scipy import stats
from sklearn.metrics import mutual_info_score

texts = {
    'en': 'the sea said to the ship: the sea is old, the ship is new, and the wind is both.\n' * 3
          + 'what the wind wants the sea does; what the sea wants the ship does.',
    'zh': '山中有水，水中有山。山水之间，有人看山，有人看水。\n看山不是山，看水不是水；看山还是山，看水还是水。',
}


def measures(text):
    symbols = list(text)
    blocks = []
    for n in range(1, 5):
        counts = Counter(tuple(symbols[i:i + n]) for i in range(len(symbols) - n + 1))
        c = np.array(list(counts.values()))
        h = float(stats.entropy(c, base=2))
        # Miller 1955: (K - 1) / 2N nats
        blocks.append(dict(n=n, blocks=int(c.sum()), kinds=len(c), once=float((c == 1).mean()), entropy=h,
                           corrected=h + (len(c) - 1) / (2 * c.sum()) / np.log(2)))
    information = [dict(distance=d, bits=float(mutual_info_score(symbols[:-d], symbols[d:]) / np.log(2)))
                   for d in (1, 2, 3, 7)]
    # Marginals of nltk are those of the whole text; a ring makes them those of the pairs.
    finder = BigramCollocationFinder.from_words(symbols + symbols[:1])
    finder.word_fd = Counter(symbols)
    finder.N = len(symbols)
    pmi = {a + b: float(v) for (a, b), v in finder.score_ngrams(BigramAssocMeasures.pmi)}
    counts = sorted(Counter(symbols).values(), reverse=True)
    zipf = -float(stats.linregress(np.log(np.arange(1, len(counts) + 1)), np.log(counts)).slope)
    # The vocabulary after 1, 2, 4, 8, ... symbols and the line through the logarithms.
    n = np.array([2 ** k for k in range(20) if 2 ** k <= len(symbols)])
    v = np.array([len(set(symbols[:k])) for k in n])
    fit = stats.linregress(np.log(n), np.log(v))
    return dict(text=text, blocks=blocks, information=information, pmi=pmi, zipf=zipf,
                heaps=dict(points=[[int(a), int(b)] for a, b in zip(n, v)], k=float(np.exp(fit.intercept)), beta=float(fit.slope)))


out = pathlib.Path(__file__).with_suffix('.json')
out.write_text(json.dumps({name: measures(text) for name, text in texts.items()}, ensure_ascii=False, indent=1) + '\n')
