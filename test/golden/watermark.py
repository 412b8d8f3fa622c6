"""Reference for test/golden/watermark.json: green tokens from Philox 4x32-10 as its paper has it, and binomial tails by exact fractions.
usage: python test/golden/watermark.py
"""
import json, pathlib
from fractions import Fraction
from math import comb

MASK = 2**32 - 1


def philox(key, counter):
    (k0, k1), (c0, c1, c2, c3) = key, counter
    for _ in range(10):
        a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & MASK, (a >> 32) ^ c3 ^ k1, a & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def absorb(key, numbers):
    words = [len(numbers), *numbers]
    words += [0] * (-len(words) % 4)
    for i in range(0, len(words), 4):
        key = philox(key, words[i : i + 4])[:2]
    return key


def is_green(key, before, token, gamma):
    seed = absorb(absorb((0, 0), list(key.encode())), before)
    return philox(seed, (token // 4, 0, 0, 0))[token % 4] < gamma * 2**32


def tail(n, least, p):
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


VOCAB = 23
lists = [
    {"key": key, "before": before, "gamma": gamma, "vocab": VOCAB,
     "green": [token for token in range(VOCAB) if is_green(key, before, token, gamma)]}
    for key, before, gamma in [
        ("secret", [7], 0.25), ("secret", [8], 0.25), ("Secret", [7], 0.25), ("密钥", [3, 150000, 0], 0.5),
        ("a key of more than sixteen bytes", [1, 2, 3, 4], 0.75), ("k", [65536], 0.1),
    ]
]

# Texts that repeat: each n-gram counts once.
state, texts = 1, []
for vocab, length, key, gamma, context in [(7, 60, "secret", 0.5, 1), (40, 400, "k", 0.25, 2), (3, 5, "k", 0.25, 4), (9, 3, "k", 0.25, 3), (500, 900, "other", 0.75, 1)]:
    ids = []
    for _ in range(length):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        # Half of the time a green token, so that the tails differ.
        token = (state >> 8) % vocab
        if len(ids) >= context and state >> 28 & 1 and not is_green(key, ids[-context:], token, gamma):
            token = next((t for t in range(vocab) if is_green(key, ids[-context:], t, gamma)), token)
        ids.append(token)
    seen = {tuple(ids[i - context : i + 1]) for i in range(context, len(ids))}
    green = sum(is_green(key, list(gram[:-1]), gram[-1], gamma) for gram in seen)
    p = Fraction(gamma)
    n = len(seen)
    texts.append({"key": key, "gamma": gamma, "context": context, "ids": ids, "scored": n, "green": green,
                  "zScore": float(green - p * n) / float(n * p * (1 - p)) ** 0.5 if n else 0,
                  "pValue": float(tail(n, green, p))})

print([(t["scored"], t["green"], t["pValue"]) for t in texts])
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"lists": lists, "texts": texts}, separators=(",", ":"), ensure_ascii=False) + "\n")
