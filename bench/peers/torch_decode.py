"""The peer for generation: a GPT with a KV cache in PyTorch, batch by batch. One JSON request a line, one answer a line.

  {"layers": …, "heads": …, "width": …, "vocab": …, "batch": …, "prompt": …, "tokens": …, "dtype": "f32" | "bf16", "threads": …}
Answer: {"promptMs": …, "tokenMs": …}: the prompt of the whole batch, and the median token step; or {"error": "…"}.
"""
import json
import statistics
import sys
import time

import torch
from torch.nn import functional as F

models = {}


def weights(r):
    key = json.dumps([r[k] for k in ("layers", "width", "vocab", "dtype")])
    if key not in models:
        dtype = torch.bfloat16 if r["dtype"] == "bf16" else torch.float32
        d = r["width"]
        make = lambda *shape: (torch.randn(*shape) * 0.02).to(dtype)
        layers = [
            {"qkv": make(3 * d, d), "out": make(d, d), "up": make(4 * d, d), "down": make(d, 4 * d)}
            for _ in range(r["layers"])
        ]
        one = torch.ones(d, dtype=dtype)
        models[key] = {"layers": layers, "tokens": make(r["vocab"], d), "positions": make(1024, d), "one": one}
    return models[key]


def forward(m, heads, ids, cache, start):
    b, t = ids.shape
    d = m["one"].shape[0]
    x = m["tokens"][ids] + m["positions"][start : start + t]
    for layer, (keys, values) in zip(m["layers"], cache):
        h = F.layer_norm(x, (d,), m["one"])
        q, k, v = (p.view(b, t, heads, d // heads).transpose(1, 2) for p in F.linear(h, layer["qkv"]).chunk(3, -1))
        keys[:, :, start : start + t], values[:, :, start : start + t] = k, v
        y = F.scaled_dot_product_attention(q, keys[:, :, : start + t], values[:, :, : start + t], is_causal=t > 1)
        x = x + F.linear(y.transpose(1, 2).reshape(b, t, d), layer["out"])
        x = x + F.linear(F.gelu(F.linear(F.layer_norm(x, (d,), m["one"]), layer["up"])), layer["down"])
    return F.linear(F.layer_norm(x[:, -1], (d,), m["one"]), m["tokens"])


@torch.inference_mode()
def measure(r):
    torch.manual_seed(0)
    torch.set_num_threads(r["threads"])
    m = weights(r)
    room = (r["batch"], r["heads"], r["prompt"] + r["tokens"], r["width"] // r["heads"])
    cache = [(torch.empty(room, dtype=m["one"].dtype), torch.empty(room, dtype=m["one"].dtype)) for _ in m["layers"]]
    ids = torch.randint(0, r["vocab"], (r["batch"], r["prompt"]))
    begin = time.perf_counter()
    forward(m, r["heads"], ids, cache, 0)
    prompt = time.perf_counter() - begin
    times = []
    for i in range(r["tokens"]):
        begin = time.perf_counter()
        forward(m, r["heads"], ids[:, i : i + 1], cache, r["prompt"] + i)
        times.append(time.perf_counter() - begin)
    return {"promptMs": prompt * 1e3, "tokenMs": statistics.median(times) * 1e3}


for line in sys.stdin:
    try:
        answer = measure(json.loads(line))
    except Exception as error:  # the other engine goes on without this row
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
