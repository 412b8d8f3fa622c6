"""The peer for training speed: the same GPT, optimizer and batch in PyTorch.

Reads requests from standard input, one JSON object a line, answers each with one JSON line, and keeps every model it has
built (and compiled) so that rounds can alternate with another engine:
  {"layers": 6, "heads": 8, "width": 256, "context": 128, "batch": 32, "vocab": 6000,
   "cell": "rnn" | "gru" | "lstm" (instead of heads: a recurrent model),
   "dtype": "f32" | "bf16", "mode": "eager" | "compile", "seconds": 5, "threads": 2}
Answer: {"tokensPerSecond": …, "stepMs": …, "steps": …, "peakRssMb": …} with the median step; or {"error": "…"}.
"""
import json
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (part.view(b, t, self.heads, d // self.heads).transpose(1, 2) for part in self.qkv(x).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(b, t, d))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, layers, heads, width, context, vocab):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocab, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids, targets):
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.norm(x), self.tokens.weight)
        return F.cross_entropy(logits.float().flatten(0, 1), targets.flatten())


class Recurrent(nn.Module):
    def __init__(self, cell, layers, width, vocab):
        super().__init__()
        self.tokens = nn.Embedding(vocab, width)
        self.layers = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[cell](width, width, layers, batch_first=True)
        nn.init.normal_(self.tokens.weight, std=width**-0.5)

    def forward(self, ids, targets):
        states, _ = self.layers(self.tokens(ids))
        return F.cross_entropy(F.linear(states, self.tokens.weight).float().flatten(0, 1), targets.flatten())


class Trainer:
    def __init__(self, r):
        torch.manual_seed(0)
        if "cell" in r:
            model = Recurrent(r["cell"], r["layers"], r["width"], r["vocab"])
        else:
            model = Gpt(r["layers"], r["heads"], r["width"], r["context"], r["vocab"])
        self.parameters = list(model.parameters())
        self.forward = torch.compile(model) if r["mode"] == "compile" else model
        self.optimizer = torch.optim.AdamW(self.parameters, 1e-3, fused=True)
        self.bf16 = r["dtype"] == "bf16"
        self.batch = r["batch"]
        self.data = torch.randint(0, r["vocab"], (8 * self.batch, r["context"] + 1))
        self.steps = 0

    def step(self):
        start = self.steps % 8 * self.batch
        rows = self.data[start : start + self.batch]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            loss = self.forward(rows[:, :-1], rows[:, 1:])
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.steps += 1
        return loss.item()


def measure(trainers, r):
    key = json.dumps({k: v for k, v in r.items() if k != "seconds"}, sort_keys=True)
    torch.set_num_threads(r["threads"])
    trainer = trainers.get(key)
    if trainer is None:
        trainer = trainers[key] = Trainer(r)
        trainer.step()  # compiles
    # Three steps at least, unless one alone takes longer than the round: emulated bf16 can.
    times, begin = [], time.perf_counter()
    while (spent := time.perf_counter() - begin) < r["seconds"] or (len(times) < 3 and spent < 3 * r["seconds"]):
        start = time.perf_counter()
        trainer.step()
        times.append(time.perf_counter() - start)
    median = statistics.median(times)
    return {
        "tokensPerSecond": r["batch"] * r["context"] / median,
        "stepMs": median * 1e3,
        "steps": len(times),
        "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main():
    trainers = {}
    for line in sys.stdin:
        try:
            answer = measure(trainers, json.loads(line))
        except Exception as error:  # the other engine goes on without this row
            answer = {"error": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"}
        print(json.dumps(answer), flush=True)


main()
