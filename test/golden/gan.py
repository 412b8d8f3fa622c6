"""Reference numbers for adversarial training: PyTorch's spectral_norm, and a gradient penalty through a convolutional critic by double backward.
usage: python test/golden/gan.py   (torch 2.15)
"""
import json, math, pathlib
import torch
from torch.nn.functional import conv1d, linear, normalize, pad, softplus

VOCAB, WIDTH, FILTERS, WIDTHS, TEXTS, LENGTH = 7, 5, 3, (1, 2, 3), 3, 6
REAL = [[3, 5, 1, 2, 6, 4], [0, 6, 5, 5, 2, 1], [1, 2, 3, 4, 0, 0]]
WRITTEN = [[3, 3, 1, 0, 6, 2], [4, 6, 4, 5, 1, 1], [1, 5, 3, 2, 0, 6]]
MIX = [0.2, 0.5, 0.9]


def wave(shape, shift):
    """The same numbers in every language."""
    n = math.prod(shape)
    values = [0.5 * math.sin(0.7 * i * i + 0.3 * i + shift) for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).view(shape)


def values(x):
    return [float(f'{v:.8g}') for v in x.detach().flatten().tolist()]


def parameters():
    params = {'embedding.weight': wave((VOCAB, WIDTH), 1)}
    for i, width in enumerate(WIDTHS):
        params[f'convolutions.{i}.weight'] = wave((FILTERS, width, WIDTH), 2 + i)
        params[f'convolutions.{i}.bias'] = wave((FILTERS,), 5 + i)
    params['output.weight'] = wave((1, FILTERS * len(WIDTHS)), 8)
    params['output.bias'] = wave((1,), 9)
    return {name: p.requires_grad_() for name, p in params.items()}


def scores(params, shares):
    x = (shares @ params['embedding.weight']).transpose(1, 2)
    pooled = []
    for i, width in enumerate(WIDTHS):
        kernel = params[f'convolutions.{i}.weight'].transpose(1, 2)
        out = conv1d(pad(x, (0, width - 1)), kernel, params[f'convolutions.{i}.bias']).relu()
        pooled.append(out.max(dim=2).values)
    return linear(torch.cat(pooled, 1), params['output.weight'], params['output.bias'])[:, 0]


def shares(ids):
    return torch.nn.functional.one_hot(torch.tensor(ids), VOCAB).double()


def penalty():
    params = parameters()
    mix = torch.tensor(MIX, dtype=torch.float64)[:, None, None]
    between = (shares(WRITTEN) + mix * (shares(REAL) - shares(WRITTEN))).requires_grad_()
    slope, = torch.autograd.grad(scores(params, between).sum(), between, create_graph=True)
    loss = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
    gradients = torch.autograd.grad(loss, params.values(), allow_unused=True)
    return dict(loss=loss.item(), gradients={name: values(g) for name, g in zip(params, gradients) if g is not None})


def critic_losses():
    params = parameters()
    real, written = scores(params, shares(REAL)), scores(params, shares(WRITTEN))
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    ones, zeros = torch.ones_like(real), torch.zeros_like(real)
    plain = (bce(real, ones) + bce(written, zeros)).item()
    return dict(
        bce=dict(critic=plain, writer=torch.log(1 - written.sigmoid()).mean().item()),
        nonSaturating=dict(critic=plain, writer=bce(written, ones).item()),
        wasserstein=dict(critic=(written.mean() - real.mean()).item(), writer=-written.mean().item()),
    )


def spectral():
    """Three forward passes in training: the weight after the last, and the gradient of a loss on it."""
    layer = torch.nn.Linear(6, 4, bias=False).double()
    with torch.no_grad(): layer.weight.copy_(wave((4, 6), 3))
    layer = torch.nn.utils.spectral_norm(layer)
    with torch.no_grad():
        layer.weight_u.copy_(normalize(wave((4,), 1), dim=0))
        layer.weight_v.copy_(normalize(wave((6,), 2), dim=0))
    x, aim = wave((5, 6), 4), wave((5, 4), 6)
    for _ in range(3): out = layer(x)
    (out * aim).sum().backward()
    return dict(weight=values(layer.weight), u=values(layer.weight_u), v=values(layer.weight_v), gradient=values(layer.weight_orig.grad))


golden = dict(vocabSize=VOCAB, embedding=WIDTH, filters=FILTERS, widths=WIDTHS, real=REAL, written=WRITTEN, mix=MIX,
              penalty=penalty(), losses=critic_losses(), spectral=spectral())
path = pathlib.Path(__file__).with_suffix('.json')
path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
print(path.name, path.stat().st_size)
