"""Reference numbers for cross attention: torch.nn.MultiheadAttention with a memory of another width and a padding mask, Hugging Face's
T5 (no scale, no biases, more queries than keys), and torch's scaled_dot_product_attention with grouped heads.
usage: python test/golden/cross-attention.py   (torch 2.15, transformers 5.24)
"""
import json, math, pathlib
import torch
from transformers import T5Config
from transformers.models.t5.modeling_t5 import T5Attention

D, M, HEADS = 8, 6, 4


def wave(shape, shift):
    """The same numbers in every language."""
    n = math.prod(shape)
    values = [0.5 * math.sin(0.7 * i * i + 0.3 * i + shift) for i in range(n)]
    return torch.tensor(values, dtype=torch.float64).view(shape).requires_grad_()


def values(x):
    return [float(f'{v:.8g}') for v in x.flatten().tolist()]


def case(config, sizes, params, run, hides=None):
    """Values, and the gradients of Σ out·wave by every input. `hides`: keys that nobody sees."""
    batch, length, tokens = sizes
    x, memory = wave((batch, length, D), 1), wave((batch, tokens, config['memoryWidth']), 2)
    out = run(x, memory, params)
    (out * wave(out.shape, 3).detach()).sum().backward()
    return dict(config=config, sizes=sizes, hides=hides, out=values(out), gradients=dict(
        x=values(x.grad), memory=values(memory.grad),
        params={name: values(p.grad) for name, p in params.items() if p is not None}))


def params_of(kv_heads, head_size, memory, bias):
    rows = dict(query=(HEADS * head_size, D), key=(kv_heads * head_size, memory), value=(kv_heads * head_size, memory),
                output=(D, HEADS * head_size))
    found = {}
    for i, (name, shape) in enumerate(rows.items()):
        found[f'{name}.weight'] = wave(shape, 4 + i)
        if bias: found[f'{name}.bias'] = wave(shape[:1], 8 + i)
    return found


def multihead(x, memory, p):
    """The functional form of nn.MultiheadAttention, as the module calls it when keys have a width of their own."""
    mask = torch.tensor(HIDES, dtype=torch.bool)
    out, _ = torch.nn.functional.multi_head_attention_forward(
        x.transpose(0, 1), memory.transpose(0, 1), memory.transpose(0, 1), D, HEADS, None,
        torch.cat([p['query.bias'], p['key.bias'], p['value.bias']]), None, None, False, 0.0, p['output.weight'], p['output.bias'],
        key_padding_mask=mask, need_weights=False, use_separate_proj_weight=True,
        q_proj_weight=p['query.weight'], k_proj_weight=p['key.weight'], v_proj_weight=p['value.weight'])
    return out.transpose(0, 1)


def t5(x, memory, p):
    config = T5Config(d_model=D, d_kv=3, num_heads=HEADS, is_decoder=True, dropout_rate=0.0)
    attention = T5Attention(config, has_relative_attention_bias=False, layer_idx=0).double()
    named = dict(q=p['query.weight'], k=p['key.weight'], v=p['value.weight'], o=p['output.weight'])
    return torch.func.functional_call(attention, {f'{n}.weight': w for n, w in named.items()}, (x,),
                                      dict(key_value_states=memory))[0]


def grouped(x, memory, p):
    heads = lambda y: y.view(*y.shape[:2], -1, 2).transpose(1, 2)
    q, k, v = heads(x @ p['query.weight'].T), heads(memory @ p['key.weight'].T), heads(memory @ p['value.weight'].T)
    mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    return mixed.transpose(1, 2).flatten(2) @ p['output.weight'].T


HIDES = [[0, 0, 0, 1, 1], [1, 0, 1, 0, 0]]
golden = dict(
    multihead=case(dict(heads=HEADS, kvHeads=HEADS, headSize=2, memoryWidth=M, inputBias=True, outputBias=True), [2, 3, 5],
                   params_of(HEADS, 2, M, True), multihead, HIDES),
    t5=case(dict(heads=HEADS, kvHeads=HEADS, headSize=3, memoryWidth=D, inputBias=False, outputBias=False, scale=1), [1, 7, 4],
            params_of(HEADS, 3, D, False), t5),
    grouped=case(dict(heads=HEADS, kvHeads=2, headSize=2, memoryWidth=M, inputBias=False, outputBias=False), [2, 3, 5],
                 params_of(2, 2, M, False), grouped),
)
path = pathlib.Path(__file__).with_suffix('.json')
path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
print(path.name, path.stat().st_size)
