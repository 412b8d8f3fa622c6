"""Reference numbers for recurrent layers: states and every gradient of torch.nn.RNN, GRU and LSTM, in double; eigenvalues and
singular values of NumPy. PyTorch's layers have two biases everywhere; ours one, their sum, but in the GRU.
usage: python test/golden/recurrent.py   (torch 2.15, numpy)
"""

import json
import pathlib

import numpy as np
import torch

torch.manual_seed(7)
STEPS, BATCH, INPUTS, WIDTH = 5, 2, 3, 4


def numbers(tensor):
    return [float(f"{value:.12g}") for value in tensor.detach().flatten().tolist()]


def layer(kind):
    module = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[kind](INPUTS, WIDTH).double()
    x = torch.randn(STEPS, BATCH, INPUTS, dtype=torch.double, requires_grad=True)
    hidden = torch.randn(1, BATCH, WIDTH, dtype=torch.double, requires_grad=True)
    cell = torch.randn(1, BATCH, WIDTH, dtype=torch.double, requires_grad=True) if kind == "lstm" else None
    states, last = module(x, (hidden, cell) if kind == "lstm" else hidden)
    weigh = torch.randn(STEPS, BATCH, WIDTH, dtype=torch.double)
    loss = (states * weigh).sum()
    if kind == "lstm":
        last_cell = last[1]
        loss = loss + (last_cell * weigh[0]).sum()
    loss.backward()
    inputs = {"x": x, "hidden": hidden}
    if cell is not None:
        inputs["cell"] = cell
    parameters = {name.replace("_l0", ""): value for name, value in module.named_parameters()}
    return {
        "weigh": numbers(weigh),
        "states": numbers(states),
        **({"lastCell": numbers(last[1])} if kind == "lstm" else {}),
        "inputs": {name: {"value": numbers(t), "grad": numbers(t.grad)} for name, t in inputs.items()},
        "parameters": {
            name: {"shape": list(t.shape), "value": numbers(t), "grad": numbers(t.grad)} for name, t in parameters.items()
        },
    }


def spectrum(n):
    matrix = np.random.default_rng(n).standard_normal((n, n))
    return {
        "size": n,
        "matrix": [float(f"{value:.12g}") for value in matrix.flatten()],
        "radius": float(np.abs(np.linalg.eigvals(matrix)).max()),
        "norm": float(np.linalg.svd(matrix)[1][0]),
    }


golden = {
    "sizes": {"steps": STEPS, "batch": BATCH, "inputs": INPUTS, "width": WIDTH},
    "layers": {kind: layer(kind) for kind in ("rnn", "gru", "lstm")},
    "spectra": [spectrum(n) for n in (3, 8, 20)],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
