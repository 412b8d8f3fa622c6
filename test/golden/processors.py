"""Logits after the processors that test/golden/decode-processors.py does not cover, and after whole chains of them.

Hugging Face transformers 5 for its own classes; llama.cpp's own library through ctypes for its samplers (any libllama with the
`llama_sampler_init_*` functions will do, such as the one in the npm package @node-llama-cpp/linux-x64, release v0.5.0); vLLM's chain
as numpy formulas written down from the order and definitions that its V1 sampler documents.

Run: python test/golden/processors.py path/to/libllama.so
"""

import ctypes
import json
import math
import pathlib
import sys

import numpy
import torch
from transformers.generation import logits_process as hf

random = numpy.random.default_rng(20250711)
inf = math.inf


def row(values):
    return numpy.asarray(values, dtype=numpy.float32)


def drawn(scale, size):
    return row(random.normal(0, scale, size).round(3))


def context(length, vocab):
    return [int(i) for i in random.integers(0, vocab, length)]


LOOP = [0, 1, 2, 2, 1, 2, 3, 0, 1, 2]
ROWS = [
    ("random", drawn(3, 12), context(14, 4)),
    ("larger", drawn(4, 150), context(90, 12)),
    ("a loop", drawn(2, 8), LOOP),
    ("one token again and again", drawn(2, 6), [3] * 12),
    ("ties", row([2, 1, 2, 1, 0, 0, 1, -1, 2, 1, 0, 0]), [3, 3, 5, 3, 3, 5]),
    ("all equal", row([0.5] * 8), [1, 2, 1, 2, 1]),
    ("two top choices", row([3, 3.1, 0, -1, -2, 1]), [1, 0, 1]),
    ("some banned", row([1, -inf, 0.5, 2, -inf, -inf, -3, 1.5]), [1, 3, 1, 3]),
    ("one allowed", row([-inf, -inf, 0.25, -inf]), [2, 2, 2]),
    ("one token", row([1.5]), [0, 0]),
    ("empty context", drawn(3, 6), []),
]


def numbers(values):
    return [("-inf" if v == -inf else "inf" if v == inf else float(f"{v:.7g}")) for v in numpy.asarray(values).tolist()]


# ---------------------------------------------------------------- Hugging Face

EOS = 1


def hf_processors(logits, ids):
    """(options as ours, prompt length, processor)"""
    prompt = len(ids) // 2
    vocab = len(logits)
    words = [w for w in [[2], [3, 0], [1, 2, 2], [2, 1]] if max(w) < vocab and w != [EOS]]
    yield from (({"topH": h}, 0, hf.TopHLogitsWarper(h)) for h in [0.1, 0.4, 0.75])
    yield from (({"epsilonCutoff": e}, 0, hf.EpsilonLogitsWarper(e)) for e in [3e-4, 0.05, 0.5])
    yield from (({"etaCutoff": e}, 0, hf.EtaLogitsWarper(e)) for e in [3e-4, 0.05, 0.5])
    if words:
        yield {"badWords": words}, 0, hf.NoBadWordsLogitsProcessor(words, torch.tensor([EOS]))
    if vocab > EOS:
        for n in [len(ids) - prompt, len(ids) - prompt + 1]:
            yield {"minTokens": n}, prompt, hf.MinNewTokensLengthLogitsProcessor(prompt, n, torch.tensor([EOS]))
    if vocab > 3:
        bias = hf.SequenceBiasLogitsProcessor([[[0], -2.5], [[3], 4.0]])
        yield {"logitBias": {"0": -2.5, "3": 4.0}}, 0, bias


def hf_chain(logits, ids):
    """All of them, in the order of `_get_logits_processor`."""
    options = {
        "preset": "hf",
        "logitBias": {"0": -0.5},
        "repetitionPenalty": 1.3,
        "noRepeatNgram": 3,
        "temperature": 0.8,
        "topH": 0.9,
        "topK": 20,
        "topP": 0.95,
        "minP": 0.01,
        "typicalP": 0.97,
        "epsilonCutoff": 1e-3,
        "etaCutoff": 2e-3,
    }
    return options, hf.LogitsProcessorList(
        [
            hf.SequenceBiasLogitsProcessor([[[0], -0.5]]),
            hf.RepetitionPenaltyLogitsProcessor(1.3),
            hf.NoRepeatNGramLogitsProcessor(3),
            hf.TemperatureLogitsWarper(0.8),
            hf.TopHLogitsWarper(0.9),
            hf.TopKLogitsWarper(20),
            hf.TopPLogitsWarper(0.95),
            hf.MinPLogitsWarper(0.01),
            hf.TypicalLogitsWarper(0.97),
            hf.EpsilonLogitsWarper(1e-3),
            hf.EtaLogitsWarper(2e-3),
        ]
    )


def through_hf(processor, logits, ids):
    return processor(torch.tensor([ids], dtype=torch.long), torch.tensor(logits[None]))[0].numpy()


# ---------------------------------------------------------------- llama.cpp


class Token(ctypes.Structure):
    _fields_ = [("id", ctypes.c_int32), ("logit", ctypes.c_float), ("p", ctypes.c_float)]


class Tokens(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.POINTER(Token)),
        ("size", ctypes.c_size_t),
        ("selected", ctypes.c_int64),
        ("sorted", ctypes.c_bool),
    ]


class Bias(ctypes.Structure):
    _fields_ = [("token", ctypes.c_int32), ("bias", ctypes.c_float)]


class Vector(ctypes.Structure):
    """std::vector as libstdc++ lays it out."""

    _fields_ = [("begin", ctypes.c_void_p), ("end", ctypes.c_void_p), ("room", ctypes.c_void_p)]


llama = ctypes.CDLL(sys.argv[1])
F, I, P, Z, U = ctypes.c_float, ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32
SIGNATURES = {
    "top_k": [I], "top_p": [F, Z], "min_p": [F, Z], "typical": [F, Z], "temp_ext": [F, F, F], "xtc": [F, F, Z, U],
    "top_n_sigma": [F], "mirostat": [I, U, F, F, I], "mirostat_v2": [U, F, F], "penalties": [I, I, F, F, F],
    "logit_bias": [I, I, P],
}
for name, types in SIGNATURES.items():
    function = getattr(llama, f"llama_sampler_init_{name}")
    function.restype, function.argtypes = P, types
for name, types in {"apply": [P, P], "accept": [P, I], "free": [P]}.items():
    getattr(llama, f"llama_sampler_{name}").argtypes = types
init_dry = llama._Z30llama_sampler_init_dry_testingffiiRKSt6vectorIS_IiSaIiEESaIS1_EE
init_dry.restype, init_dry.argtypes = P, [F, F, I, I, P]


def make(name, *values):
    return P(getattr(llama, f"llama_sampler_init_{name}")(*values))


def vector(array):
    begin = ctypes.addressof(array)
    return Vector(begin, begin + ctypes.sizeof(array), begin + ctypes.sizeof(array))


def make_dry(multiplier, base, allowed, window, breakers):
    inner = [(I * len(b))(*b) for b in breakers]
    outer = (Vector * len(inner))(*[vector(b) for b in inner])
    whole = vector(outer)
    return P(init_dry(multiplier, base, allowed, window, ctypes.byref(whole)))


def through_llama(samplers, logits, ids):
    """The logits, and which id a sampler selected if one did."""
    allowed = [i for i in range(len(logits)) if logits[i] > -inf]
    data = (Token * len(allowed))(*[Token(i, float(logits[i]), 0.0) for i in allowed])
    tokens = Tokens(data, len(allowed), -1, False)
    for sampler in samplers:
        for i in ids:
            llama.llama_sampler_accept(sampler, i)
        llama.llama_sampler_apply(sampler, ctypes.byref(tokens))
    out = numpy.full(len(logits), -inf, dtype=numpy.float32)
    for i in range(tokens.size):
        out[tokens.data[i].id] = tokens.data[i].logit
    return out, tokens.data[tokens.selected].id if tokens.selected >= 0 else None


BREAKERS = [[3], [2, 1]]
ALL = 10_000


def llama_processors(logits, ids):
    vocab = len(logits)
    yield from (({"topNSigma": n}, lambda n=n: [make("top_n_sigma", n)]) for n in [0.3, 1, 2])
    for low, high, exponent in [(0.5, 1.5, 1), (0.2, 3, 0.5), (0.75, 1.25, 2)]:
        middle, reach = (low + high) / 2, (high - low) / 2
        options = {"dynamicTemperature": {"min": low, "max": high, "exponent": exponent}}
        yield options, lambda m=middle, r=reach, e=exponent: [make("temp_ext", m, r, e)]
    yield from (({"xtc": {"probability": 1, "threshold": t}}, lambda t=t: [make("xtc", 1, t, 0, 0)]) for t in [0.01, 0.1, 0.3])
    for theta, frequency, presence, window in [(1.2, 0, 0, 64), (1.5, 0.3, 0.4, 3), (0.8, -0.2, 0, 7), (1.1, 0.1, 0.2, ALL)]:
        options = {
            "preset": "llama.cpp",
            "repetitionPenalty": {"theta": theta, "window": window},
            "frequencyPenalty": {"alpha": frequency, "window": window},
            "presencePenalty": {"alpha": presence, "window": window},
        }
        yield options, lambda a=(vocab, window, theta, frequency, presence): [make("penalties", *a)]
    for multiplier, base, allowed, window, breakers in [
        (0.8, 1.75, 2, 64, []),
        (0.8, 1.75, 2, ALL, []),
        (1.5, 1.2, 1, ALL, []),
        (0.5, 2, 3, 9, []),
        (1, 1, 1, ALL, []),
        (0.8, 1.75, 1, 64, BREAKERS),
        (0.8, 1.75, 1, ALL, BREAKERS),
        (2, 3, 1, ALL, [[1, 2]]),
    ]:
        dry = {"multiplier": multiplier, "base": base, "allowedLength": allowed, "breakers": breakers}
        options = {"dry": dry if window == ALL else {**dry, "window": window}}
        yield options, lambda a=(multiplier, base, allowed, window, breakers): [make_dry(*a)]


def llama_chain(logits, ids, with_sigma):
    """The default chain of common/sampling.cpp. Not both top-n-sigma and typical: what the first bans is NaN to the second."""
    options = {
        "preset": "llama.cpp",
        "logitBias": {"0": -0.5},
        "repetitionPenalty": 1.2,
        "frequencyPenalty": 0.1,
        "presencePenalty": 0.15,
        "dry": {"multiplier": 0.8, "breakers": BREAKERS},
        **({"topNSigma": 2} if with_sigma else {"typicalP": 0.98}),
        "topK": 25,
        "topP": 0.93,
        "minP": 0.02,
        "xtc": {"probability": 1, "threshold": 0.2},
        "dynamicTemperature": {"min": 0.5, "max": 1.1},
    }
    bias = (Bias * 1)(Bias(0, -0.5))
    return options, [
        make("logit_bias", len(logits), 1, ctypes.cast(bias, P)),
        make("penalties", len(logits), 64, 1.2, 0.1, 0.15),
        make_dry(0.8, 1.75, 2, 64, BREAKERS),
        *([make("top_n_sigma", 2)] if with_sigma else []),
        make("top_k", 25),
        *([] if with_sigma else [make("typical", 0.98, 0)]),
        make("top_p", 0.93, 0),
        make("min_p", 0.02, 0),
        make("xtc", 1, 0.2, 0, 0),
        make("temp_ext", 0.8, 0.3, 1),
    ]


def mirostat_runs():
    """Which ids stay at each step of a text, and which one is taken."""
    vocab = 60
    for version, tau, rate in [(1, 3, 0.1), (1, 4, 0.2), (2, 3, 0.1), (2, 2, 1), (2, 5, 0.3)]:
        sampler = make("mirostat", vocab, 7, tau, rate, 100) if version == 1 else make("mirostat_v2", 7, tau, rate)
        steps = []
        for _ in range(12):
            logits = drawn(random.uniform(1, 4), vocab)
            out, chosen = through_llama([sampler], logits, [])
            steps.append({"logits": numbers(logits), "kept": [i for i in range(vocab) if out[i] > -inf], "chosen": chosen})
        yield {"mirostat": {"version": version, "tau": tau, "eta": rate, "surprise": "truncated"}, "steps": steps}


# ---------------------------------------------------------------- vLLM, as formulas


def through_vllm(logits, prompt, output):
    """min tokens, bias, repetition over all, frequency and presence over the output, temperature, min-p, top-k, top-p."""
    options = {
        "preset": "vllm",
        "badWords": [[2, 2], [3, 0]],
        "minTokens": len(output) + 1,
        "logitBias": {"0": 0.75},
        "repetitionPenalty": 1.25,
        "frequencyPenalty": 0.2,
        "presencePenalty": 0.3,
        "temperature": 0.7,
        "minP": 0.05,
        "topK": 9,
        "topP": 0.9,
    }
    x = logits.astype(numpy.float64)
    for word in options["badWords"]:
        if output[-1:] == word[:1]:
            x[word[1]] = -inf
    x[EOS] = -inf
    x[0] += 0.75
    for i in set(prompt + output):
        x[i] = x[i] / 1.25 if x[i] > 0 else x[i] * 1.25
    for i in output:
        x[i] -= 0.2
    for i in set(output):
        x[i] -= 0.3
    x /= 0.7
    p = numpy.exp(x - x.max())
    x[p < 0.05 * p.max()] = -inf
    if len(x) > 9:
        x[x < numpy.sort(x)[-9]] = -inf
    order = numpy.argsort(x, kind="stable")
    p = numpy.exp(x[order] - x.max())
    drop = numpy.cumsum(p / p.sum()) <= 1 - 0.9
    drop[-1] = False
    x[order[drop]] = -inf
    return options, x


# ---------------------------------------------------------------- the file

cases, chains = [], []
for name, logits, ids in ROWS:
    outputs = []
    for options, prompt, processor in hf_processors(logits, ids):
        out = through_hf(processor, logits, ids)
        outputs.append({"reference": "hf", "options": options, "promptLength": prompt, "logits": numbers(out)})
    for options, samplers in llama_processors(logits, ids):
        out, _ = through_llama(samplers(), logits, ids)
        outputs.append({"reference": "llama.cpp", "options": options, "promptLength": 0, "logits": numbers(out)})
    cases.append({"name": name, "ids": ids, "eos": EOS, "logits": numbers(logits), "outputs": outputs})
for _ in range(4):
    logits, ids = drawn(3, 60), context(100, 6)
    outputs = []
    options, processors = hf_chain(logits, ids)
    outputs.append({"reference": "hf", "options": options, "promptLength": 50, "logits": numbers(through_hf(processors, logits, ids))})
    for with_sigma in [False, True]:
        options, samplers = llama_chain(logits, ids, with_sigma)
        out, _ = through_llama(samplers, logits, ids)
        outputs.append({"reference": "llama.cpp", "options": options, "promptLength": 50, "logits": numbers(out)})
    options, out = through_vllm(logits, ids[:50], ids[50:])
    outputs.append({"reference": "vllm", "options": options, "promptLength": 50, "logits": numbers(out)})
    chains.append({"name": "whole chain", "ids": ids, "eos": EOS, "logits": numbers(logits), "outputs": outputs})

data = {"cases": cases, "chains": chains, "mirostat": list(mirostat_runs())}
path = pathlib.Path(__file__).with_suffix(".json")
text = json.dumps(data, separators=(",", ":")).replace('{"name"', '\n{"name"').replace('{"reference"', '\n {"reference"')
path.write_text(text.replace('{"mirostat":{', '\n{"mirostat":{') + "\n", encoding="utf-8")
print(path.stat().st_size, "bytes")
