"""Reference numbers for the text CNN: PyTorch's embedding, conv1d, max and mean over the places of the text, and a linear layer.
usage: python test/golden/text-cnn.py   (torch 2.15)
"""
import json, math, pathlib
import torch
from torch.nn.functional import conv1d, cross_entropy, linear, pad

VOCAB, WIDTH, FILTERS, CLASSES, WIDTHS = 11, 6, 4, 3, (2, 3, 5)
IDS = [[3, 5, 7, 2, 9, 10, 4], [8, 6, 0, 0, 0, 0, 0], [1, 2, 3, 4, 0, 0, 0]]
LENGTHS, TARGETS = [7, 2, 4], [2, 0, 1]


def wave(shape, shift):
    """The same numbers in every language."""
    n = math.prod(shape)
    values = [0.5 * math.sin(0.7 * i * i + 0.3 * i + shift) for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).view(shape).requires_grad_()


def values(x):
    return [float(f'{v:.8g}') for v in x.flatten().tolist()]


def case(pooling):
    params = {'embedding.weight': wave((VOCAB, WIDTH), 1)}
    for i, width in enumerate(WIDTHS):
        params[f'convolutions.{i}.weight'] = wave((FILTERS, width, WIDTH), 2 + i)
        params[f'convolutions.{i}.bias'] = wave((FILTERS,), 5 + i)
    params['output.weight'] = wave((CLASSES, FILTERS * len(WIDTHS)), 8)
    params['output.bias'] = wave((CLASSES,), 9)
    ids = torch.tensor(IDS)
    mask = (torch.arange(ids.shape[1]) < torch.tensor(LENGTHS)[:, None]).double()
    x = (params['embedding.weight'][ids] * mask[..., None]).transpose(1, 2)
    pooled = []
    for i, width in enumerate(WIDTHS):
        kernel = params[f'convolutions.{i}.weight'].transpose(1, 2)
        out = conv1d(pad(x, (0, width - 1)), kernel, params[f'convolutions.{i}.bias']).relu()
        if pooling == 'max': pooled.append(out.masked_fill(mask[:, None] == 0, -1).max(dim=2).values)
        else: pooled.append((out * mask[:, None]).sum(dim=2) / mask.sum(dim=1)[:, None])
    logits = linear(torch.cat(pooled, 1), params['output.weight'], params['output.bias'])
    loss = cross_entropy(logits, torch.tensor(TARGETS))
    loss.backward()
    return dict(logits=values(logits), loss=loss.item(), gradients={name: values(p.grad) for name, p in params.items()})


golden = dict(ids=IDS, lengths=LENGTHS, targets=TARGETS, vocabSize=VOCAB, embedding=WIDTH, filters=FILTERS, classes=CLASSES,
              widths=WIDTHS, max=case('max'), average=case('average'))
path = pathlib.Path(__file__).with_suffix('.json')
path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
print(path.name, path.stat().st_size)
