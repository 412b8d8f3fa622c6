"""Logits after each processor of Hugging Face transformers 5, for rows with ties, -inf, one token, no context.

Run: python test/golden/decode-processors.py
"""

import json
import math
import pathlib

import numpy
import torch
from transformers.generation import logits_process as hf

random = numpy.random.default_rng(20240607)


def row(values):
    return numpy.asarray(values, dtype=numpy.float32)


def context(length, vocab):
    return [int(i) for i in random.integers(0, vocab, length)]


inf = math.inf
ROWS = [
    ("random", row(random.normal(0, 3, 12)), context(10, 12)),
    ("random, few ids", row(random.normal(0, 2, 4)), context(30, 4)),
    ("larger", row(random.normal(0, 4, 150).round(3)), context(40, 12)),
    ("ties at every border", row([2, 1, 2, 1, 0, 0, 1, -1, 2, 1, 0, 0]), [3, 3, 3, 3, 3]),
    ("all equal", row([0.5] * 8), [1, 2, 1, 2, 1]),
    ("both zeros", row([0.0, -0.0, 1.0, -0.0, 0.0, -1.0]), [0, 1, 0]),
    ("some banned", row([1, -inf, 0.5, 2, -inf, -inf, -3, 1.5]), [1, 3, 1, 3]),
    ("one allowed", row([-inf, -inf, 0.25, -inf]), [2, 2, 2]),
    ("one token", row([1.5]), [0, 0]),
    ("empty context", row(random.normal(0, 3, 6)), []),
    ("huge", row([88.0, -88.0, 1e4, 9.9995e3, -1e4, 3.0e38]), [0, 1, 2]),
]

MAKERS = {
    "temperature": (hf.TemperatureLogitsWarper, [0.1, 0.7, 2.5]),
    "topK": (hf.TopKLogitsWarper, [1, 3, 5, 1000]),
    "topP": (hf.TopPLogitsWarper, [0.01, 0.33, 0.5, 0.9, 0.95]),
    "minP": (hf.MinPLogitsWarper, [0.0, 0.04, 0.3, 0.99]),
    "typicalP": (hf.TypicalLogitsWarper, [0.2, 0.5, 0.9, 0.95]),
    "repetitionPenalty": (hf.RepetitionPenaltyLogitsProcessor, [1.2, 0.8, 1.0]),
    "noRepeatNgram": (hf.NoRepeatNGramLogitsProcessor, [1, 2, 3, 4]),
}


def numbers(values):
    return [("-inf" if v == -inf else "inf" if v == inf else float(f"{v:.9g}")) for v in values.tolist()]


cases = []
for name, logits, ids in ROWS:
    outputs = []
    input_ids = torch.tensor([ids], dtype=torch.long)
    for option, (make, values) in MAKERS.items():
        for value in values:
            out = make(value)(input_ids, torch.tensor(logits[None]))[0].numpy()
            outputs.append({"option": option, "value": value, "logits": numbers(out)})
    if len(ids) > 2:
        make = hf.RepetitionPenaltyLogitsProcessor(1.3, prompt_ignore_length=2)
        out = make(input_ids, torch.tensor(logits[None]))[0].numpy()
        outputs.append({"option": "repetitionPenalty", "value": 1.3, "promptIgnored": 2, "logits": numbers(out)})
    cases.append({"name": name, "ids": ids, "logits": numbers(logits), "outputs": outputs})

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(cases, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n", encoding="utf-8")
