"""Reference numbers for the symmetric InfoNCE of CLIP: PyTorch, with every gradient; below and above the limit of the scale.
usage: python test/golden/info-nce.py   (torch 2.15)
"""
import json, math, pathlib
import torch
from torch.nn.functional import cross_entropy, normalize

BATCH, WIDTH = 5, 6


def wave(shape, shift):
    """The same numbers in every language."""
    n = math.prod(shape)
    values = [0.5 * math.sin(0.7 * i * i + 0.3 * i + shift) for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).view(shape).requires_grad_()


def values(x):
    return [float(f'{v:.8g}') for v in x.flatten().tolist()]


def case(scale):
    a, b = wave((BATCH, WIDTH), 1), wave((BATCH, WIDTH), 2)
    log_scale = torch.tensor([scale], dtype=torch.float64, requires_grad=True)
    scores = normalize(a, dim=-1) @ normalize(b, dim=-1).T * log_scale.clamp(max=math.log(100)).exp()
    own = torch.arange(BATCH)
    loss = (cross_entropy(scores, own) + cross_entropy(scores.T, own)) / 2
    loss.backward()
    return dict(logScale=scale, loss=loss.item(), a=values(a.grad), b=values(b.grad), scale=values(log_scale.grad))


golden = dict(batch=BATCH, width=WIDTH, cases=[case(math.log(1 / 0.07)), case(5.0)])
path = pathlib.Path(__file__).with_suffix('.json')
path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
print(path.name, path.stat().st_size)
