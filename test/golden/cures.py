"""Losses against repetition by PyTorch, from their formulas, in double precision. Writes cures.json beside this file."""
import json
import math
import pathlib

import torch

torch.manual_seed(5)
B, T, V, D = 2, 7, 9, 4
logits = (2 * torch.randn(B * T, V, dtype=torch.float64)).float().double()
hidden = torch.randn(B, T, D, dtype=torch.float64).float().double()
targets = [[3, 1, 3, 1, 8, 3, 1], [0, 0, 4, 0, 2, -1, -1]]
counts = [7, 5]
flat = [t for row in targets for t in row]
count = sum(t >= 0 for t in flat)


def value_and_grad(f, x):
    x = x.clone().requires_grad_(True)
    y = f(x)
    y.backward()
    return {"value": y.item(), "gradient": x.grad.flatten().tolist()}


def mle(x):
    return torch.nn.functional.cross_entropy(x, torch.tensor(flat), ignore_index=-1)


def negative_targets(rows, without_target=True):
    """[places, V]: 1 for every earlier target of the row that is not the place's own."""
    mask = torch.zeros(B * T, V, dtype=torch.float64)
    place = 0
    for row in rows:
        for i, t in enumerate(row):
            if t >= 0:
                for c in row[:i]:
                    if c >= 0 and not (without_target and c == t):
                        mask[place, c] = 1
            place += 1
    return mask


def token_unlikelihood(mask):
    def f(x):
        p = torch.log_softmax(x, -1).exp()
        penalty = -torch.log(torch.clamp(1 - p, min=1e-5)) * mask
        return mle(x) + 1.0 * penalty.sum() / count

    return f


def above_target(x):
    own = torch.tensor([x[i, max(t, 0)] for i, t in enumerate(flat)], dtype=torch.float64)
    return (x > own[:, None]).double()


def sequence_unlikelihood(x):
    # Every second token of the continuation is marked.
    mask = torch.tensor([float(i % 2) for i in range(B * T)], dtype=torch.float64)
    chosen = torch.tensor([max(t, 0) for t in flat])
    p = torch.log_softmax(x, -1).gather(1, chosen[:, None]).exp()[:, 0]
    return (-torch.log(torch.clamp(1 - p, min=1e-20)) * mask).sum() / (B * T)


def scale_grad(gamma):
    novel = negative_targets(targets, without_target=False) == 0

    def f(x):
        p = torch.softmax(x, -1)
        scaled = torch.where(novel, gamma * p, p)
        scaled = scaled / scaled.sum(-1, keepdim=True)
        return torch.nn.functional.nll_loss(scaled.log(), torch.tensor(flat), ignore_index=-1)

    return f


def contrastive(margin):
    def f(h):
        unit = h / h.norm(dim=2, keepdim=True)
        scores = unit @ unit.transpose(1, 2)
        own = torch.diagonal(scores, dim1=1, dim2=2)[:, :, None]
        losses = torch.relu(margin - own + scores)
        mask = torch.zeros(B, T, T, dtype=torch.float64)
        for b, n in enumerate(counts):
            mask[b, :n, :n] = 1 - torch.eye(n)
        return (losses * mask).sum() / mask.sum()

    return f


# A row of 7 places that repeats every 2 tokens from place 1 on: place i counts from 3 on, with place i - 2 before it.
previous = [-1, -1, -1] + [i - 2 for i in range(3, T)]
previous = previous + [p if p < 0 else p + T for p in previous]
repeated = [5, 1, 2, 1, 2, 1, 2, 0, 3, 4, 3, 4, 3, 4]


def ditto(form, lam=0.5):
    mask = torch.tensor([float(p >= 0) for p in previous], dtype=torch.float64)

    def f(x):
        p = torch.softmax(x, -1).gather(1, torch.tensor(repeated)[:, None])[:, 0]
        earlier = torch.tensor([p[max(q, 0)].item() if q >= 0 else 0.0 for q in previous], dtype=torch.float64)
        if form == "mse":
            return 3 * ((p - lam * earlier) ** 2).sum() / mask.sum()
        away = torch.abs(p - lam * earlier) if form == "nl" else torch.clamp(p - lam * earlier, min=0)
        return (-torch.log(torch.clamp(1 - away, min=1e-20)) * mask).sum() / mask.sum()

    return f


rows = negative_targets(targets)
flattened = negative_targets([flat])
result = {
    "batch": B, "length": T, "vocab": V, "width": D,
    "logits": logits.flatten().tolist(), "hidden": hidden.flatten().tolist(),
    "targets": flat, "counts": counts, "previous": previous, "repeated": repeated,
    "unlikelihood": value_and_grad(token_unlikelihood(rows), logits),
    "flattened": value_and_grad(token_unlikelihood(flattened), logits),
    "adaptive": value_and_grad(token_unlikelihood(rows * above_target(logits)), logits),
    "sequence": value_and_grad(sequence_unlikelihood, logits),
    "scalegrad": value_and_grad(scale_grad(0.2), logits),
    "simctg": value_and_grad(contrastive(0.5), hidden),
    "ditto": {form: value_and_grad(ditto(form), logits) for form in ["nl", "nl-clip", "mse"]},
}
assert math.isfinite(result["unlikelihood"]["value"])
path = pathlib.Path(__file__).with_name("cures.json")
path.write_text(json.dumps(json.loads(json.dumps(result), parse_float=lambda x: round(float(x), 12))) + "\n")
