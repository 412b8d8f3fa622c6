"""Reference numbers for the 2-D convolution and pooling: PyTorch's conv2d, max_pool2d and avg_pool2d, with gradients; and for the
scaling of pictures: interpolate with antialias.
usage: python test/golden/convolution.py   (torch 2.15)
"""
import json, math, pathlib
import torch
from torch.nn.functional import avg_pool2d, conv2d, interpolate, max_pool2d


def wave(shape, shift):
    """The same numbers in every language."""
    n = math.prod(shape)
    values = [0.5 * math.sin(0.7 * i * i + 0.3 * i + shift) for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).view(shape).requires_grad_()


def values(x):
    return [float(f'{v:.8g}') for v in x.flatten().tolist()]


def convolution(batch, height, width, inputs, outputs, size, stride, padding):
    x = wave((batch, height, width, inputs), 1)
    weight, bias = wave((outputs, size, size, inputs), 2), wave((outputs,), 3)
    y = conv2d(x.permute(0, 3, 1, 2), weight.permute(0, 3, 1, 2), bias, stride, padding).permute(0, 2, 3, 1)
    (y.relu() * wave(y.shape, 4).detach()).sum().backward()
    return dict(batch=batch, height=height, width=width, inputs=inputs, outputs=outputs, size=size, stride=stride, padding=padding,
                shape=list(y.shape), y=values(y.relu()), x=values(x.grad), weight=values(weight.grad), bias=values(bias.grad))


def pooling(kind, pool, height, width, size):
    x = wave((2, height, width, 3), 5)
    y = pool(x.permute(0, 3, 1, 2), size).permute(0, 2, 3, 1)
    (y * wave(y.shape, 6).detach()).sum().backward()
    return dict(kind=kind, height=height, width=width, size=size, shape=list(y.shape), y=values(y), x=values(x.grad))


def scaling(height, width, size):
    x = torch.tensor([(37 * i * i + 11 * i) % 256 for i in range(height * width * 3)], dtype=torch.float64).view(1, height, width, 3)
    y = interpolate(x.permute(0, 3, 1, 2), size=(size, size), mode='bilinear', antialias=True).permute(0, 2, 3, 1)
    return dict(height=height, width=width, size=size, y=values(y))


golden = dict(
    convolutions=[convolution(2, 5, 6, 3, 4, 3, 1, 1), convolution(1, 7, 5, 2, 3, 3, 2, 0), convolution(2, 6, 6, 1, 2, 2, 2, 1),
                  convolution(1, 4, 4, 2, 2, 4, 4, 0)],
    poolings=[pooling('max', max_pool2d, 4, 6, 2), pooling('max', max_pool2d, 5, 7, 3), pooling('average', avg_pool2d, 4, 6, 2)],
    scalings=[scaling(9, 6, 4), scaling(3, 5, 8), scaling(7, 7, 7)])
path = pathlib.Path(__file__).with_suffix('.json')
path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
print(path.name, path.stat().st_size)
