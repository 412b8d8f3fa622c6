"""The peer for serving: `transformers` writing a static batch, greedy, with its KV cache. One JSON request and answer a line.

  {"layers": …, "heads": …, "width": …, "vocab": …, "context": …, "batch": …, "prompt": …, "tokens": …, "threads": …}
Answer: {"seconds": …} for the whole batch, or {"error": "…"}.
"""
import json
import sys
import time

import torch
from transformers import GPT2Config, GPT2LMHeadModel

models = {}


def model_of(r):
    key = json.dumps([r[k] for k in ("layers", "heads", "width", "vocab", "context")])
    if key not in models:
        torch.manual_seed(0)
        config = GPT2Config(
            vocab_size=r["vocab"], n_positions=r["context"], n_embd=r["width"], n_layer=r["layers"], n_head=r["heads"],
            bos_token_id=0, eos_token_id=0, pad_token_id=0,
        )
        models[key] = GPT2LMHeadModel(config).eval()
    return models[key]


@torch.inference_mode()
def measure(r):
    torch.set_num_threads(r["threads"])
    model = model_of(r)
    ids = torch.randint(1, r["vocab"], (r["batch"], r["prompt"]))
    begin = time.perf_counter()
    out = model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False,
        min_new_tokens=r["tokens"], max_new_tokens=r["tokens"],
    )
    seconds = time.perf_counter() - begin
    assert out.shape[1] == r["prompt"] + r["tokens"]
    return {"seconds": seconds}


for line in sys.stdin:
    try:
        answer = measure(json.loads(line))
    except Exception as error:  # the other engine goes on without this row
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
