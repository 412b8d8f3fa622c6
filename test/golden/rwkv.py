"""Reference numbers for test/golden/rwkv.json: logits, loss and every gradient of Hugging Face's RWKV-4 in PyTorch, from weights that
a formula gives (the same in rwkv.test.ts). Its sums are kept in single precision whatever the model's.
usage: python test/golden/rwkv.py   (torch 2.15, transformers 5.23)
"""
import base64, json, pathlib
import numpy as np, torch
from transformers import RwkvConfig, RwkvForCausalLM


def pseudo(tensor_index, count):
    """Numbers in [-0.5, 0.5) by integer arithmetic, equal on every machine."""
    h = (np.arange(count, dtype=np.uint64) + 1 + tensor_index * 10007) * 2654435761 % 2**32
    h = (h ^ (h >> 15)) * 2246822519 % 2**32
    return (h ^ (h >> 13)) / 2**32 - 0.5


def range_of(name, p):
    """Width and middle of a parameter's numbers."""
    if 'time_mix' in name: return 1, 0.5
    if name.endswith('time_decay'): return 4, 0
    if name.endswith('time_first'): return 2, 0
    if p.dim() == 2: return 1, 0
    return (0.4, 1) if name.endswith('weight') else (0.2, 0)


def packed(tensor):
    return base64.b64encode(tensor.detach().to(torch.float32).contiguous().numpy().tobytes()).decode()


config = dict(model_type='rwkv', vocab_size=24, context_length=16, hidden_size=12, attention_hidden_size=12, intermediate_size=20,
              num_hidden_layers=3, layer_norm_epsilon=1e-5, tie_word_embeddings=False)
model = RwkvForCausalLM(RwkvConfig(**config)).train()
parameters = sorted(model.named_parameters())
with torch.no_grad():
    for i, (name, p) in enumerate(parameters):
        scale, middle = range_of(name, p)
        p.copy_(torch.from_numpy((pseudo(i, p.numel()) * scale + middle).astype(np.float32)).view_as(p))
model = model.double()
tokens = torch.from_numpy(((pseudo(500, 2 * 13) + 0.5) * config['vocab_size']).astype(np.int64)).view(2, 13)
ids, targets = tokens[:, :-1], tokens[:, 1:]
logits = model(ids).logits
loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
loss.backward()
golden = dict(config=config, ids=ids.tolist(), targets=targets.tolist(), loss=loss.item(), logits=packed(logits),
              parameters=[dict(name=name, shape=list(p.shape), gradient=packed(p.grad)) for name, p in parameters])
path = pathlib.Path(__file__).with_name('rwkv.json')
path.write_text(json.dumps(golden) + '\n')
print(loss.item(), len(parameters), path.stat().st_size)
