"""Reference for test/golden/look-back.json: look-back decoding (Xu et al. 2023, arXiv 2305.13477) from its formulas, with numpy alone.
The probability of every text, for a model whose logits after ids are a formula of the last two of them.
usage: python test/golden/look-back.py
"""
import json, pathlib
import numpy as np

vocab, spread = 6, 8.0


def pseudo(tensor_index, count):
    """Numbers in [-0.5, 0.5) by integer arithmetic, equal on every machine."""
    h = (np.arange(count, dtype=np.uint64) + 1 + tensor_index * 10007) * 2654435761 % 2**32
    h = (h ^ (h >> 15)) * 2246822519 % 2**32
    return (h ^ (h >> 13)) / 2**32 - 0.5


def distribution(ids):
    """p(. | ids) by the last two ids."""
    before = ids[-2] if len(ids) > 1 else 0
    logits = (pseudo(ids[-1] * vocab + before, vocab) * spread).astype(np.float32).astype(float)
    e = np.exp(logits - logits.max())
    return e / e.sum()


def kl(p, q):
    return float(np.sum(p * np.log(p / q)))


def step(prompt, ids, alpha, k, window):
    """What may follow, with its probability."""
    now = distribution(ids)
    earlier = [distribution(ids[:j]) for j in range(1, len(ids))]
    if window:
        earlier = earlier[-window:]
    least = min((kl(now, then) for then in earlier), default=np.inf)
    if least > alpha:
        return {int(now.argmax()): 1.0}
    candidates = np.argsort(-now, kind='stable')[:k]
    places = [distribution(prompt[:j]) for j in range(1, len(prompt) + 1)]
    distances = np.array([min(kl(distribution(ids + [int(v)]), place) for place in places) for v in candidates])
    weights = np.exp(-distances)
    return {int(v): float(w) for v, w in zip(candidates, weights / weights.sum())}


def texts(prompt, ids, left, **options):
    if left == 0:
        return {tuple(ids[len(prompt):]): 1.0}
    out = {}
    for v, p in step(prompt, ids, **options).items():
        for text, q in texts(prompt, ids + [v], left - 1, **options).items():
            out[text] = p * q
    return out


cases = []
for prompt in ([1, 2, 3], [4, 4, 0, 5], [2]):
    for alpha, k, window in ((0.3, 3, 0), (1.0, 3, 0), (1.0, 2, 2), (3.0, 4, 0)):
        found = texts(prompt, prompt, 4, alpha=alpha, k=k, window=window)
        cases.append(dict(prompt=prompt, alpha=alpha, k=k, window=window,
                          texts=[dict(ids=list(map(int, ids)), p=round(p, 8)) for ids, p in found.items()]))
        print(prompt, alpha, k, window, len(found), max(found.values()))
path = pathlib.Path(__file__).with_name('look-back.json')
path.write_text(json.dumps(dict(vocab=vocab, spread=spread, cases=cases)) + '\n')
