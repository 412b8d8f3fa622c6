"""BLEU and self-BLEU by NLTK 3.10 and Zipf coefficients by a least-squares fit with NumPy, on a few English and Chinese texts.

Run: pip install nltk numpy; python test/golden/repeat-metrics.py
"""

import collections
import json
import pathlib

import numpy
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

ENGLISH = [
    "the cat sat on the mat and the dog sat on the rug",
    "the dog sat on the mat and looked at the cat",
    "a quick brown fox jumps over the lazy dog",
    "the cat the cat the cat the cat",
    "completely different words appear here",
    "rug",
]
CHINESE = ["床前明月光，疑是地上霜。", "举头望明月，低头思故乡。", "春眠不觉晓，处处闻啼鸟。", "明月明月明月"]


def self_bleu(texts, n):
    scores = []
    for i, text in enumerate(texts):
        others = texts[:i] + texts[i + 1 :]
        scores.append(
            sentence_bleu(others, text, [1 / n] * n, smoothing_function=SmoothingFunction().method1)
        )
    return float(numpy.mean(scores))


def reference_bleu(texts, references, n):
    method = SmoothingFunction().method1
    return float(numpy.mean([sentence_bleu(references, t, [1 / n] * n, smoothing_function=method) for t in texts]))


def zipf(texts):
    counts = sorted(collections.Counter(t for text in texts for t in text).values(), reverse=True)
    ranks = numpy.arange(1, len(counts) + 1)
    slope, _ = numpy.polyfit(numpy.log(ranks), numpy.log(counts), 1)
    return -float(slope)


cases = []
for unit, texts in [("words", ENGLISH), ("characters", CHINESE)]:
    tokens = [t.split() if unit == "words" else list(t) for t in texts]
    cases.append(
        {
            "unit": unit,
            "texts": texts,
            "selfBleu": {str(n): self_bleu(tokens, n) for n in (2, 3, 4)},
            # The first half against the rest.
            "referenceBleu": {
                str(n): reference_bleu(tokens[: len(tokens) // 2], tokens[len(tokens) // 2 :], n) for n in (2, 3, 4)
            },
            "zipf": zipf(tokens),
        }
    )

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
