"""Ten-step traces of PyTorch's optimizers on a fixed sequence of gradients. Writes optimizers.json beside this file."""
import json
import math
import pathlib

import torch

START = [math.sin(i + 1) for i in range(6)]
STEPS = 10


def gradient(step, p):
    # Depends on the parameter and the step, so that every state variable matters.
    return torch.tensor([math.cos(0.7 * step + i) for i in range(6)], dtype=torch.float64) + 0.3 * p


CASES = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "sgdWeightDecay": lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-10),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.99, eps=1e-8),
}


def trace(make):
    p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([p])
    rows = []
    for step in range(STEPS):
        p.grad = gradient(step, p.detach())
        optimizer.step()
        rows.append(p.detach().tolist())
    return rows


result = {"start": START, "traces": {name: trace(make) for name, make in CASES.items()}}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(result))
