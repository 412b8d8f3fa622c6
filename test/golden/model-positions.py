"""Reference numbers for position schemes, from Hugging Face's own functions: sinusoidal (DistilBERT), rotary (LLaMA, GPT-J
interleaved, GPT-NeoX partial), ALiBi (BLOOM's slopes and attention in PyTorch), T5's buckets and bias.
usage: python test/golden/model-positions.py   (torch 2.15, transformers 5.24)
"""
import json, math, pathlib
import torch
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.distilbert.modeling_distilbert import create_sinusoidal_embeddings
from transformers.models.gptj.modeling_gptj import apply_rotary_pos_emb as gptj_rotary, create_sinusoidal_positions
from transformers import LlamaConfig, T5Config
from transformers.models.t5.modeling_t5 import T5Attention
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb as half_rotary

B, T, H, D = 1, 5, 2, 8


def wave(*shape):
    """The same numbers in every language."""
    n = math.prod(shape)
    return torch.tensor([math.sin(0.7 * i * i + 0.3 * i) for i in range(n)], dtype=torch.float64).view(shape)


def values(x):
    return [float(f'{v:.8g}') for v in x.flatten().tolist()]


table = torch.empty(12, 6)
create_sinusoidal_embeddings(12, 6, table)

x = wave(B, T, H, D)
places = torch.tensor([0, 1, 2, 7, 11])


def angles(size, base):
    return places[:, None] * base ** -(torch.arange(0, size, 2, dtype=torch.float64) / size)


def half(x, size, base, frequencies=None):
    a = angles(size, base) if frequencies is None else places[:, None] * frequencies.double()
    a = torch.cat([a] * 2, -1)[None]
    turned, _ = half_rotary(x[..., :size].transpose(1, 2), x[..., :size].transpose(1, 2), a.cos(), a.sin())
    return torch.cat([turned.transpose(1, 2), x[..., size:]], -1)


interleaved_table = create_sinusoidal_positions(12, D).double()
sin, cos = interleaved_table[places].chunk(2, -1)
interleaved = gptj_rotary(x, sin[None], cos[None])


def llama3(scaling):
    rope = dict(rope_type='llama3', rope_theta=10000.0, factor=scaling['factor'], low_freq_factor=scaling['lowFrequency'],
                high_freq_factor=scaling['highFrequency'], original_max_position_embeddings=scaling['originalContext'])
    config = LlamaConfig(hidden_size=H * D, num_attention_heads=H, head_dim=D, max_position_embeddings=4096, rope_parameters=rope)
    frequencies, _ = ROPE_INIT_FUNCTIONS['llama3'](config, 'cpu')
    return dict(config=dict(kind='rotary', scaling=scaling), out=values(half(x, D, 10000.0, frequencies)))


def alibi(heads):
    bias = build_alibi_tensor(torch.ones(1, T), heads, torch.float64).view(1, heads, 1, T)
    q, k, v = (wave(1, T, heads, 4).flatten().roll(i).view(1, T, heads, 4).transpose(1, 2) for i in range(3))
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    out = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias.masked_fill(future, -torch.inf))
    slopes = bias[0, :, 0, 1]
    return dict(heads=heads, slopes=values(slopes), out=values(out.transpose(1, 2)))


def t5(buckets, max_distance, bidirectional):
    """Buckets of a key 200 places behind its query to 200 in front of it, and the bias of 3 queries that are the last of 7 keys."""
    offsets = torch.arange(-200, 201)
    found = T5Attention._relative_position_bucket(offsets, bidirectional, buckets, max_distance)
    config = T5Config(d_model=8, d_kv=4, num_heads=H, relative_attention_num_buckets=buckets, is_decoder=not bidirectional,
                      relative_attention_max_distance=max_distance)
    attention = T5Attention(config, has_relative_attention_bias=True, layer_idx=0).double()
    with torch.no_grad(): attention.relative_attention_bias.weight.copy_(wave(buckets, H))
    bias = attention.compute_bias(7, 7)[0, :, -3:]
    weights = wave(H, 3, 7)
    (bias * weights).sum().backward()
    return dict(config=dict(kind='t5', buckets=buckets, maxDistance=max_distance, bidirectional=bidirectional), offsets=[-200, 200],
                buckets=found.tolist(), bias=values(bias), gradient=values(attention.relative_attention_bias.weight.grad))


golden = dict(
    sinusoidal=dict(count=12, width=6, table=values(table)),
    places=places.tolist(), shape=[B, T, H, D],
    rotary=[
        dict(config=dict(kind='rotary'), out=values(half(x, D, 10000.0))),
        dict(config=dict(kind='rotary', base=500000), out=values(half(x, D, 500000.0))),
        dict(config=dict(kind='rotary', fraction=0.25), out=values(half(x, 2, 10000.0))),
        dict(config=dict(kind='rotary', fraction=0.5), out=values(half(x, 4, 10000.0))),
        llama3(dict(kind='llama3', factor=8, lowFrequency=1, highFrequency=4, originalContext=100)),
        dict(config=dict(kind='rotary', interleaved=True), out=values(interleaved)),
    ],
    alibi=[alibi(4), alibi(6)],
    t5=[t5(32, 128, False), t5(32, 128, True), t5(8, 20, False), t5(8, 64, True), t5(2, 5, False), t5(20, 7000, True)],
)
path = pathlib.Path(__file__).with_suffix('.json')
path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
print(path.name, path.stat().st_size)
