"""GPTQ from the paper (Frantar et al. 2022, algorithm 1) in numpy, into the numbers of Q4_0. Writes gptq.json."""
import json
import pathlib

import numpy as np

rng = np.random.default_rng(11)
OUT, IN, PLACES, BLOCK = 4, 64, 200, 32
weights = (rng.normal(size=(OUT, IN)) * 0.1).astype(np.float32)
# Inputs that go together.
inputs = (rng.normal(size=(PLACES, 12)) @ rng.normal(size=(12, IN)) + 0.3 * rng.normal(size=(PLACES, IN))).astype(np.float32)
products = (inputs.T @ inputs).astype(np.float32)

h = products.astype(np.float64)
h += np.eye(IN) * 0.01 * np.mean(np.diag(h))
u = np.linalg.cholesky(np.linalg.inv(h)).T
w, q = weights.astype(np.float64), np.zeros((OUT, IN))
for i in range(IN):
    if i % BLOCK == 0:
        block = w[:, i : i + BLOCK]
        pivot = np.argmax(np.abs(block), axis=1)
        scale = (block[np.arange(OUT), pivot] / -8).astype(np.float16).astype(np.float64)
    steps = np.clip(np.floor(w[:, i] / scale + 0.5), -8, 7)
    steps[pivot == i % BLOCK] = -8
    q[:, i] = scale * steps
    error = (w[:, i] - q[:, i]) / u[i, i]
    w[:, i:] -= np.outer(error, u[i, i:])

plain = lambda x: [float(f"{v:.9g}") for v in x.flatten()]
result = {"shape": [OUT, IN], "weights": plain(weights), "products": plain(products), "rounded": plain(q)}
pathlib.Path(__file__).with_name("gptq.json").write_text(json.dumps(result) + "\n")
