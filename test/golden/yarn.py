"""Writes yarn.json: rotary tables stretched as YaRN says, by transformers, and what a small Llama makes with them. Weights by the
formula of model.py; double precision.
usage: python test/golden/yarn.py   (torch 2.15, transformers 5.24)
"""
import torch
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from model import fill, loss_of, packed, save, tokens

CASES = [
    dict(size=32, base=10000.0, factor=4.0, original=128),
    dict(size=64, base=500000.0, factor=16.0, original=2048, beta_fast=24, beta_slow=2),
    dict(size=16, base=10000.0, factor=8.0, original=64, attention_factor=1.25),
    dict(size=8, base=10000.0, factor=1.0, original=64),
]


def rope_of(case):
    rope = dict(rope_type='yarn', rope_theta=case['base'], factor=case['factor'], original_max_position_embeddings=case['original'])
    return rope | {k: case[k] for k in ('beta_fast', 'beta_slow', 'attention_factor') if k in case}


def table(case):
    config = LlamaConfig(hidden_size=case['size'], num_attention_heads=1, head_dim=case['size'],
                         max_position_embeddings=int(case['original'] * case['factor']), rope_parameters=rope_of(case))
    frequencies, scale = ROPE_INIT_FUNCTIONS['yarn'](config, 'cpu')
    return dict(case, frequencies=[float(f'{f:.8g}') for f in frequencies.tolist()], scale=scale)


config = dict(model_type='llama', vocab_size=40, max_position_embeddings=32, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
              num_key_value_heads=1, head_dim=8, intermediate_size=24, rms_norm_eps=1e-6, tie_word_embeddings=True,
              rope_parameters=rope_of(dict(base=10000.0, factor=4.0, original=8)))
model = fill(LlamaForCausalLM(LlamaConfig(**{k: v for k, v in config.items() if k != 'model_type'}, attn_implementation='eager',
                                          pad_token_id=None, bos_token_id=None, eos_token_id=None))).eval()
rows = tokens((2, 21), 40, 500)
ids, targets = rows[:, :-1], rows[:, 1:]
logits, _ = loss_of(model, ids, targets)
save('yarn', dict(tables=[table(case) for case in CASES], config=config, ids=ids.tolist(), logits=packed(logits),
                  parameters=[[n, list(p.shape)] for n, p in sorted(model.named_parameters())]))
