"""The peer for single operations: one JSON request a line, one JSON answer a line.

  {"op": "add" | "gelu" | "layerNorm" | "softmax" | "adamw", "rows": …, "columns": …, "seconds": …, "threads": …}
  {"op": "matmul", "m": …, "n": …, "k": …, "transA": …, "transB": …, "dtype": "f32" | "bf16", …}
Answer: {"ms": …}, the median call; or {"error": "…"}.
"""
import json
import statistics
import sys
import time

import torch
from torch.nn import functional as F


def work(r):
    torch.manual_seed(0)
    if r["op"] == "matmul":
        dtype = torch.bfloat16 if r["dtype"] == "bf16" else torch.float32
        a = torch.randn(*((r["k"], r["m"]) if r.get("transA") else (r["m"], r["k"])), dtype=dtype)
        b = torch.randn(*((r["n"], r["k"]) if r.get("transB") else (r["k"], r["n"])), dtype=dtype)
        left = a.T if r.get("transA") else a
        right = b.T if r.get("transB") else b
        out = torch.empty(r["m"], r["n"], dtype=dtype)
        return lambda: torch.matmul(left, right, out=out)
    shape = (r["rows"], r["columns"])
    x = torch.randn(shape)
    if r["op"] == "add":
        y, out = torch.randn(shape), torch.empty(shape)
        return lambda: torch.add(x, y, out=out)
    if r["op"] == "gelu":
        return lambda: F.gelu(x)
    if r["op"] == "layerNorm":
        weight, bias = torch.ones(shape[1]), torch.zeros(shape[1])
        return lambda: F.layer_norm(x, shape[1:], weight, bias)
    if r["op"] == "softmax":
        return lambda: torch.softmax(x, -1)
    if r["op"] == "adamw":
        x.requires_grad_(True)
        x.grad = torch.randn(shape)
        optimizer = torch.optim.AdamW([x], 1e-3, fused=True)
        return lambda: optimizer.step()
    raise ValueError(r["op"])


def measure(r):
    torch.set_num_threads(r["threads"])
    call = work(r)
    start = time.perf_counter()
    call()
    if (first := time.perf_counter() - start) > 10 * r["seconds"]:  # emulated bf16: once is enough
        return {"ms": first * 1e3}
    times, begin = [], time.perf_counter()
    while time.perf_counter() - begin < r["seconds"] or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return {"ms": statistics.median(times) * 1e3}


for line in sys.stdin:
    try:
        answer = measure(json.loads(line))
    except Exception as error:  # the other engine goes on without this row
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
