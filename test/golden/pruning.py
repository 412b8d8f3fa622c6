"""Masks of pruning: global L1 by torch.nn.utils.prune, Wanda and N:M by their definitions in numpy. Writes pruning.json."""
import json
import pathlib

import numpy as np
import torch
from torch.nn.utils import prune

rng = np.random.default_rng(3)
shapes = {"blocks.0.attention.query": (6, 8), "blocks.0.ffn.up": (5, 8), "blocks.1.ffn.down": (4, 10)}
weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
inputs = {name: (rng.normal(size=(20, shape[1])) * rng.uniform(0.1, 3, shape[1])).astype(np.float32) for name, shape in shapes.items()}

# Global unstructured L1.
layers = {}
for name, weight in weights.items():
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight.data = torch.from_numpy(weight.copy())
    layers[name] = layer
prune.global_unstructured([(layer, "weight") for layer in layers.values()], prune.L1Unstructured, amount=0.4)
magnitude = {name: layer.weight_mask.int().numpy() for name, layer in layers.items()}


def score(name):
    return np.abs(weights[name]) * np.linalg.norm(inputs[name].astype(np.float64), axis=0)


def wanda(name, share):
    scores = score(name)
    mask = np.ones_like(scores, dtype=int)
    lowest = np.argsort(scores, axis=1, kind="stable")[:, : int(scores.shape[1] * share)]
    np.put_along_axis(mask, lowest, 0, axis=1)
    return mask


def groups(scores, keep, of):
    mask = np.ones_like(scores, dtype=int)
    for row in range(scores.shape[0]):
        for start in range(0, scores.shape[1] - of + 1, of):
            lowest = np.argsort(scores[row, start : start + of], kind="stable")[: of - keep]
            mask[row, start + lowest] = 0
    return mask


plain = lambda arrays: {name: [round(float(x), 9) for x in array.flatten()] for name, array in arrays.items()}
masks = {
    "magnitude:0.4": magnitude,
    "wanda:0.5": {name: wanda(name, 0.5) for name in shapes},
    "2:4": {name: groups(np.abs(weights[name]), 2, 4) for name in shapes},
    "wanda:2:4": {name: groups(score(name), 2, 4) for name in shapes},
}
result = {
    "shapes": shapes, "weights": plain(weights), "inputs": plain(inputs),
    "masks": {spec: {name: "".join(map(str, mask.flatten())) for name, mask in found.items()} for spec, found in masks.items()},
}
pathlib.Path(__file__).with_name("pruning.json").write_text(json.dumps(result) + "\n")
