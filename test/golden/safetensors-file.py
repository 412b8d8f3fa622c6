"""Writes test/golden/safetensors-file.json: a file made by the reference implementation, and what it holds.

Run: python test/golden/safetensors-file.py   (needs safetensors, torch)
With a path as argument it reads that file instead and prints dtype, shape and values of each tensor as JSON."""

import base64
import json
import os
import sys

import torch
from safetensors.torch import load_file, save

if len(sys.argv) > 1:
    tensors = load_file(sys.argv[1])
    print(json.dumps({k: [str(v.dtype), list(v.shape), v.double().flatten().tolist()] for k, v in tensors.items()}))
    sys.exit()

tensors = {
    "f32": torch.tensor([[1.5, -2.25, 3e-8], [4.0, 5.5, -6.125]]),
    "f64": torch.tensor([0.1, -1e300], dtype=torch.float64),
    "f16": torch.tensor([1.0, 65504.0, -0.5], dtype=torch.float16),
    "bf16": torch.tensor([[1.0], [-3.140625]], dtype=torch.bfloat16),
    "i64": torch.tensor([2**53 + 1, -(2**63)], dtype=torch.int64),
    "i32": torch.tensor([7, -8], dtype=torch.int32),
    "i16": torch.tensor([300, -300], dtype=torch.int16),
    "i8": torch.tensor([-128, 127], dtype=torch.int8),
    "u8": torch.tensor([0, 255, 3], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(42.0),
    "empty": torch.zeros(0, 5),
    "层.权重": torch.tensor([9.0]),
}
content = save(tensors, metadata={"format": "pt", "语言": "中文"})
values = {
    k: {"dtype": str(v.dtype), "shape": list(v.shape), "values": [str(x) for x in v.flatten().tolist()]}
    for k, v in tensors.items()
}
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "safetensors-file.json")
with open(out, "w") as f:
    json.dump({"base64": base64.b64encode(content).decode(), "tensors": values}, f, ensure_ascii=False, indent=1)
