"""Writes tensor.json: ops, gradients and AdamW of PyTorch in double precision, rotary tables of transformers.

    python test/golden/tensor.py
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.gptj.modeling_gptj import apply_rotary_pos_emb as apply_interleaved
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb as apply_halves

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def plain(x):
    """Numbers that JSON cannot hold become words."""
    if isinstance(x, (list, tuple)):
        return [plain(y) for y in x]
    if isinstance(x, float) and not math.isfinite(x):
        return "NaN" if math.isnan(x) else ("Infinity" if x > 0 else "-Infinity")
    return x


def pack(t):
    return {"shape": list(t.shape), "values": plain(t.detach().flatten().tolist())}


def case(name, function, *inputs, **options):
    """Inputs, value, and the gradients of sum(value * weight)."""
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    value = function(*leaves)
    weight = torch.randn(value.shape)
    floating = [x for x in leaves if x.requires_grad]
    grads = torch.autograd.grad((value * weight).sum(), floating, allow_unused=True)
    return {
        "op": name,
        "options": options,
        "inputs": [pack(x) for x in inputs],
        "value": pack(value),
        "weight": pack(weight),
        "gradients": [None if g is None else pack(g) for g in grads],
    }


cases = []
mixed = torch.tensor([0.3, -0.3, 1.7, -1.7, 5.0, -5.0, 12.0, -12.0, 1e-3, -1e-3, 0.46875, 4.0, -4.5])
positive = torch.tensor([1e-3, 0.1, 0.5, 1.0, 2.0, 30.0])
functions = {
    "neg": torch.neg, "abs": torch.abs, "sign": torch.sign, "exp": torch.exp, "square": torch.square,
    "sin": torch.sin, "cos": torch.cos, "tanh": torch.tanh, "erf": torch.erf, "sigmoid": torch.sigmoid,
    "softplus": F.softplus, "relu": F.relu, "gelu": F.gelu, "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
}  # fmt: skip
for name, function in functions.items():
    cases.append(case(name, function, mixed))
for name in ["log", "sqrt", "rsqrt", "reciprocal"]:
    cases.append(case(name, getattr(torch, name), positive))

a, b = torch.randn(2, 1, 3), torch.randn(4, 1)
for name, function in {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}.items():
    cases.append(case(name, function, a, b))
ties = (torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 3.0, 2.0]))
cases.append(case("maximum", torch.maximum, *ties))
cases.append(case("minimum", torch.minimum, *ties))
cases.append(case("pow", torch.pow, torch.tensor([0.5, 2.0, 3.0, 0.0]), torch.tensor([2.0, -1.5, 0.5, 2.0])))

x = torch.randn(3, 4, 2)
tied = torch.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
cases.append(case("sum", lambda x: x.sum(dim=(0, 2)), x, axis=[0, 2]))
cases.append(case("mean", lambda x: x.mean(dim=1, keepdim=True), x, axis=1, keepDims=True))
cases.append(case("max", lambda x: x.amax(dim=1), tied, axis=1))
cases.append(case("min", lambda x: x.amin(dim=1), tied, axis=1))
cases.append(case("variance", lambda x: x.var(dim=1, unbiased=False), x, axis=1))
cases.append(case("cumsum", lambda x: x.cumsum(dim=1), x, axis=1))

rows = torch.randn(3, 5) * 3
rows[1, 2] = -math.inf
cases.append(case("softmax", lambda x: F.softmax(x, -1), rows))
cases.append(case("logSumExp", lambda x: torch.logsumexp(x, -1), rows))
cases.append(case("logSoftmax", lambda x: F.log_softmax(x, -1), torch.randn(3, 5)))
h, w, c = torch.randn(2, 3, 6), torch.randn(6), torch.randn(6)
cases.append(case("layerNorm", lambda x, w, b: F.layer_norm(x, [6], w, b, 1e-5), h, w, c, eps=1e-5))
cases.append(case("rmsNorm", lambda x, w: F.rms_norm(x, [6], w, 1e-6), h, w, eps=1e-6))
cases.append(case("swiglu", lambda g, u: F.silu(g) * u, torch.randn(3, 4), torch.randn(3, 4)))

for name, activation in {"gelu": F.gelu, "relu": F.relu, "silu": F.silu}.items():
    run = lambda x, w, b, f=activation: f(F.linear(x, w, b))
    cases.append(case("linear", run, torch.randn(2, 3, 4), torch.randn(5, 4), torch.randn(5), activation=name))
cases.append(case("matmul", torch.matmul, torch.randn(2, 1, 3, 4), torch.randn(3, 4, 2)))

logits, targets = torch.randn(2, 3, 7) * 2, torch.tensor([[0, 6, -1], [3, -1, 3]])
for smoothing in [0.0, 0.1]:
    for reduction in ["mean", "sum"]:
        run = lambda x, s=smoothing, r=reduction: F.cross_entropy(
            x.reshape(6, 7), targets.reshape(6), ignore_index=-1, label_smoothing=s, reduction=r
        )
        entry = case("crossEntropy", run, logits, smoothing=smoothing, reduction=reduction)
        entry["ids"] = targets.flatten().tolist()
        cases.append(entry)


def attend(q, k, v, mask, scale):
    """[B, T, H, D] in and out; heads of k and v repeated."""
    group = q.shape[2] // k.shape[2]
    k, v = k.repeat_interleave(group, 2), v.repeat_interleave(group, 2)
    out = F.scaled_dot_product_attention(*(x.transpose(1, 2) for x in (q, k, v)), attn_mask=mask, scale=scale)
    return out.transpose(1, 2)


alibi = build_alibi_tensor(torch.ones(1, 8), 6, torch.float64).reshape(6, 8)
slopes = alibi[:, 1]
queries, keys = 3, 5
place = torch.arange(queries).unsqueeze(1) + keys - queries
seen = torch.arange(keys) <= place
distance = place - torch.arange(keys)
q, k, v = torch.randn(2, queries, 6, 4), torch.randn(2, keys, 3, 4), torch.randn(2, keys, 3, 4)
cases.append(case("attention", lambda q, k, v: attend(q, k, v, seen, 0.7), q, k, v, causal=True, scale=0.7))
bias = torch.where(seen, -slopes.reshape(6, 1, 1) * distance, -math.inf)
entry = case("attention", lambda q, k, v: attend(q, k, v, bias, 0.5), q, k, v, causal=True, scale=0.5, alibi=True)
cases.append(entry)

positions = torch.tensor([[5, 0, 2]])
frequency = 10000.0 ** (-torch.arange(0, 8, 2) / 8)
angles = positions[..., None] * frequency
x = torch.randn(1, 3, 2, 8)
turned = lambda x: apply_halves(x, x, torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin(), unsqueeze_dim=2)[0]
entry = case("rotary", turned, x, interleaved=False)
cases.append({**entry, "ids": positions.flatten().tolist()})
entry = case("rotary", lambda x: apply_interleaved(x, angles.sin(), angles.cos()), x, interleaved=True)
cases.append({**entry, "ids": positions.flatten().tolist()})

scalings = {
    "linear": {"rope_type": "linear", "factor": 4.0},
    "llama3": {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 128,
    },
}  # fmt: skip
frequencies = {}
for kind, scaling in scalings.items():
    config = LlamaConfig(hidden_size=64, num_attention_heads=2, max_position_embeddings=1024)
    config.rope_parameters = {"rope_theta": 10000.0, **scaling}
    frequencies[kind] = plain(ROPE_INIT_FUNCTIONS[kind](config, "cpu")[0].tolist())

parameter = torch.nn.Parameter(torch.randn(5))
optimizer = torch.optim.AdamW([parameter], lr=0.1, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.05)
adamw = {"start": parameter.tolist(), "gradients": [], "parameters": []}
for _ in range(4):
    parameter.grad = torch.randn(5)
    adamw["gradients"].append(parameter.grad.tolist())
    optimizer.step()
    adamw["parameters"].append(parameter.tolist())

numbers = torch.tensor([0.0, -0.0, 1.0, 1.00390625, 1.01171875, -3.14159, 65504.0, 3.4e38, 1e-40, math.inf, -math.inf])
bf16 = {
    "numbers": plain(numbers.float().tolist()),
    "patterns": [n & 0xFFFF for n in numbers.float().bfloat16().view(torch.int16).tolist()],
}

result = {
    "torch": torch.__version__, "cases": cases, "alibiSlopes": slopes.tolist(), "frequencies": frequencies,
    "adamw": adamw, "bf16": bf16,
}  # fmt: skip
Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":"), allow_nan=False) + "\n")
