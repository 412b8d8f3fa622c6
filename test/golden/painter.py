"""Reference numbers for the network that draws and its loss: PyTorch, every gradient. A diffusion Transformer with adaLN-Zero and cross
attention, written from the papers' formulas; the text is read by an encoder of one block before norm.
usage: python test/golden/painter.py   (torch 2.15)
"""
import json, math, pathlib
import torch
from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention, silu

SIZE, PATCH, WIDTH, HEADS, LAYERS, VOCAB, CONTEXT = 4, 2, 8, 2, 2, 11, 6
PLACES, NUMBERS = (SIZE // PATCH) ** 2, 3 * PATCH * PATCH
WAVES, FASTEST = 16, 100
IDS = [[1, 4, 5, 2], [3, 7]]
TIMES = [0.2, 0.75]


def wave(shape, shift):
    """The same numbers in every language."""
    n = math.prod(shape)
    values = [0.5 * math.sin(0.7 * i * i + 0.3 * i + shift) for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).view(shape).requires_grad_()


params = {}


def parameter(name, *shape):
    params[name] = wave(shape, 1 + sum(ord(c) for c in name))
    return params[name]


def linear(name, x, inputs, outputs):
    return x @ parameter(name + '.weight', outputs, inputs).T + parameter(name + '.bias', outputs)


def norm(name, x, eps=1e-5):
    return layer_norm(x, (WIDTH,), parameter(name + '.weight', WIDTH), parameter(name + '.bias', WIDTH), eps)


def heads(x):
    return x.unflatten(-1, (HEADS, -1)).transpose(1, 2)


def attend(name, x, memory, hidden=None):
    q, k, v = (heads(linear(f'{name}.{part}', source, WIDTH, WIDTH)) for part, source in
               (('query', x), ('key', memory), ('value', memory)))
    mask = None if hidden is None else ~hidden[:, None, None, :]
    mixed = scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2)
    return linear(f'{name}.output', mixed, WIDTH, WIDTH)


def feed(name, x):
    return linear(f'{name}.down', gelu(linear(f'{name}.up', x, WIDTH, 4 * WIDTH)), 4 * WIDTH, WIDTH)


def read_prompts():
    longest = max(map(len, IDS))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in IDS])
    lengths = torch.tensor([len(row) for row in IDS])
    hidden = torch.arange(longest)[None] >= lengths[:, None]
    x = parameter('text.embedding.weight', VOCAB, WIDTH)[ids] + parameter('text.positions.weight', CONTEXT, WIDTH)[:longest]
    name = 'text.blocks.0'
    normed = norm(f'{name}.attentionNorm', x, 1e-12)
    x = x + attend(f'{name}.attention', normed, normed, hidden)
    x = x + feed(f'{name}.ffn', norm(f'{name}.ffnNorm', x, 1e-12))
    states = norm('text.finalNorm', x, 1e-12)
    means = (states * (~hidden)[..., None]).sum(1) / lengths[:, None]
    return states, hidden, means


def modulated(x, shift, scale):
    return layer_norm(x, (WIDTH,), eps=1e-5) * (1 + scale) + shift


def guess(x, times, states, hidden, means):
    waves = FASTEST ** (torch.arange(WAVES, dtype=torch.float64) / (WAVES - 1))
    angles = times[:, None] * waves
    told = torch.cat([angles.sin(), angles.cos()], -1)
    time = linear('time.down', silu(linear('time.up', told, 2 * WAVES, WIDTH)), WIDTH, WIDTH)
    whole = silu(time + linear('prompt', means, WIDTH, WIDTH))
    x = linear('patches', x, NUMBERS, WIDTH) + parameter('positions', PLACES, WIDTH)
    for layer in range(LAYERS):
        name = f'blocks.{layer}'
        shift, scale, gate, ffn_shift, ffn_scale, ffn_gate = linear(f'{name}.modulation', whole, WIDTH, 6 * WIDTH)[:, None].chunk(6, -1)
        normed = modulated(x, shift, scale)
        x = x + gate * attend(f'{name}.attention', normed, normed)
        x = x + attend(f'{name}.cross', norm(f'{name}.crossNorm', x), states, hidden)
        x = x + ffn_gate * feed(f'{name}.ffn', modulated(x, ffn_shift, ffn_scale))
    shift, scale = linear('last.modulation', whole, WIDTH, 2 * WIDTH)[:, None].chunk(2, -1)
    return linear('last.output', modulated(x, shift, scale), WIDTH, NUMBERS)


def velocity(x, times, *prompts):
    return (guess(x, times, *prompts) - x) / (1 - times).clamp(min=0.05)[:, None, None]


def values(x):
    return [float(f'{v:.7g}') for v in x.flatten().tolist()]


noise, pictures = wave((2, PLACES, NUMBERS), 3), wave((2, PLACES, NUMBERS), 4)
times = torch.tensor(TIMES, dtype=torch.float64)
t = times[:, None, None]
between = (1 - t) * noise + t * pictures
answer = velocity(between, times, *read_prompts())
loss = (answer - (pictures - noise)).square().mean()
loss.backward()
golden = dict(size=SIZE, patch=PATCH, width=WIDTH, heads=HEADS, layers=LAYERS, vocab=VOCAB, context=CONTEXT, ids=IDS, times=TIMES,
              between=values(between), velocity=values(answer), loss=loss.item(),
              gradients={name: values(p.grad) for name, p in params.items()})
path = pathlib.Path(__file__).with_suffix('.json')
path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
print(path.name, path.stat().st_size)
