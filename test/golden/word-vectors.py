"""Reference for test/golden/word-vectors.json: one step of skip-gram and CBOW with negative sampling, and one of GloVe, by PyTorch's
gradients in f64.
usage: python test/golden/word-vectors.py
"""
import json, pathlib
import torch
import torch.nn.functional as F

torch.manual_seed(5)
words, size, lr = 7, 10, 0.3
inputs = (torch.rand(words, size, dtype=torch.float64) - 0.5).float().double()
outputs = (torch.rand(words, size, dtype=torch.float64) - 0.5).float().double()


def sampling(context, target, negatives):
    """After one step of plain gradient descent; the input is the mean of the context."""
    v, u = inputs.clone().requires_grad_(), outputs.clone().requires_grad_()
    x = v[context].mean(0)
    loss = -F.logsigmoid(u[target] @ x) - sum(F.logsigmoid(-(u[n] @ x)) for n in negatives)
    loss.backward()
    return dict(context=context, target=target, negatives=negatives, loss=loss.item(),
                inputs=(v - lr * v.grad).tolist(), outputs=(u - lr * u.grad).tolist())


def glove(first, second, weight, x_max=10.0):
    """After one step of AdaGrad whose squares begin at 1 and grow after the step; rows end in their bias."""
    v, u = inputs.clone().requires_grad_(), outputs.clone().requires_grad_()
    score = v[first, :-1] @ u[second, :-1] + v[first, -1] + u[second, -1]
    f = min(1.0, weight / x_max) ** 0.75
    loss = 0.5 * f * (score - torch.log(torch.tensor(weight, dtype=torch.float64))) ** 2
    loss.backward()
    return dict(first=first, second=second, weight=weight, loss=loss.item(),
                main=(v - lr * v.grad).tolist(), context=(u - lr * u.grad).tolist(), squares=(1 + v.grad ** 2).tolist())


pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps(dict(
    size=size, lr=lr, inputs=inputs.tolist(), outputs=outputs.tolist(),
    sampling=[sampling([3], 1, [0, 4, 6]), sampling([0], 5, [2]), sampling([0, 2, 3, 6], 1, [4, 5])],
    glove=[glove(2, 5, 3.5), glove(6, 0, 40.0)])) + '\n')
