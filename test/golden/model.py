"""Reference numbers for test/golden/{gpt2,llama,optim}*.json: logits, loss, every gradient, ten steps of AdamW, masks.
Hugging Face's models in PyTorch, computed in double precision from weights that a formula gives (the same in model-golden.ts).
usage: python test/golden/model.py   (torch 2.15, transformers 5.23)
"""
import base64, json, pathlib
import numpy as np, torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

here = pathlib.Path(__file__).parent
torch.manual_seed(0)


def pseudo(tensor_index, count):
    """Numbers in [-0.5, 0.5) by integer arithmetic, equal on every machine."""
    h = (np.arange(count, dtype=np.uint64) + 1 + tensor_index * 10007) * 2654435761 % 2**32
    h = (h ^ (h >> 15)) * 2246822519 % 2**32
    return (h ^ (h >> 13)) / 2**32 - 0.5


def fill(model):
    """Matrices in ±0.25, biases in ±0.1, norm weights in 1 ± 0.2; tensors counted in the order of their sorted names."""
    with torch.no_grad():
        for i, (name, p) in enumerate(sorted(model.named_parameters())):
            scale, shift = (0.5, 0) if p.dim() == 2 else (0.4, 1) if name.endswith('weight') else (0.2, 0)
            values = (pseudo(i, p.numel()) * scale + shift).astype(np.float32)
            p.copy_(torch.from_numpy(values).view_as(p))
    return model.double()


def packed(tensor):
    return base64.b64encode(tensor.detach().to(torch.float32).contiguous().numpy().tobytes()).decode()


def tokens(shape, vocab, seed):
    return torch.from_numpy(((pseudo(seed, int(np.prod(shape))) + 0.5) * vocab).astype(np.int64)).view(shape)


def gpt2():
    config = dict(model_type='gpt2', vocab_size=40, n_positions=16, n_embd=16, n_layer=2, n_head=4, n_inner=None,
                  activation_function='gelu_new', layer_norm_epsilon=1e-5, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
                  tie_word_embeddings=True)
    return config, fill(GPT2LMHeadModel(GPT2Config(**config, bos_token_id=None, eos_token_id=None)))


def llama():
    config = dict(model_type='llama', vocab_size=40, max_position_embeddings=16, hidden_size=16, num_hidden_layers=2,
                  num_attention_heads=4, num_key_value_heads=2, intermediate_size=24, hidden_act='silu',
                  rms_norm_eps=1e-6, rope_theta=10000.0, tie_word_embeddings=False)
    return config, fill(LlamaForCausalLM(LlamaConfig(**config)))


def batch(step=0):
    ids = tokens((2, 9), 40, 500 + step)
    return ids[:, :-1], ids[:, 1:]


def loss_of(model, ids, targets, **kwargs):
    logits = model(ids, **kwargs).logits
    return logits, torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def model_file(name, build):
    config, model = build()
    ids, targets = batch()
    logits, loss = loss_of(model, ids, targets)
    loss.backward()
    golden = dict(config=config, ids=ids.tolist(), targets=targets.tolist(), loss=loss.item(), logits=packed(logits),
                  gradients={n: packed(p.grad) for n, p in model.named_parameters()})
    if name == 'llama': golden['masks'] = masks(model, ids)
    save(name, golden)


def masks(model, ids):
    """Padding on the left (1 and 3 tokens) and a prefix that is seen in both directions (4 and 6 tokens)."""
    pad = [1, 3]
    real = torch.arange(8)[None] >= torch.tensor(pad)[:, None]
    places = (torch.arange(8)[None] - torch.tensor(pad)[:, None]).clamp(min=0)
    padded = model(ids, attention_mask=real.long(), position_ids=places).logits
    prefix = [4, 6]
    causal = torch.ones(8, 8, dtype=torch.bool).tril()
    seen = torch.stack([causal | (torch.arange(8) < n)[None] for n in prefix])[:, None]
    bias = torch.zeros(seen.shape, dtype=torch.float64).masked_fill(~seen, torch.finfo(torch.float64).min)
    prefixed = model(ids, attention_mask=bias).logits
    return dict(keyStart=pad, padded=[packed(padded[b, p:]) for b, p in enumerate(pad)], prefixLengths=prefix,
                prefixed=packed(prefixed))


def optimizer_file():
    """Ten steps of AdamW on two batches in turn; only matrices decay. eps is large enough that rounding noise in
    gradients that are zero in truth (the bias of keys) does not decide the direction of a step."""
    options = dict(lr=3e-3, beta1=0.9, beta2=0.95, eps=1e-5, weightDecay=0.1)
    golden = dict(options=options, ids=[batch(s)[0].tolist() for s in range(2)],
                  targets=[batch(s)[1].tolist() for s in range(2)], models={})
    for name, build in dict(gpt2=gpt2, llama=llama).items():
        config, model = build()
        groups = [dict(params=[p for p in model.parameters() if p.dim() == 2], weight_decay=options['weightDecay']),
                  dict(params=[p for p in model.parameters() if p.dim() < 2], weight_decay=0.0)]
        optimizer = torch.optim.AdamW(groups, lr=options['lr'], betas=(options['beta1'], options['beta2']), eps=options['eps'])
        losses = []
        for step in range(10):
            optimizer.zero_grad()
            loss = loss_of(model, *batch(step % 2))[1]
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        golden['models'][name] = dict(config=config, losses=losses,
                                      parameters={n: packed(p) for n, p in model.named_parameters()})
        print(name, losses)
    save('optim-adamw', golden)


def save(name, golden):
    path = here / f'{name}.json'
    path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
    print(path.name, path.stat().st_size)


if __name__ == '__main__':
    model_file('gpt2', gpt2)
    model_file('llama', llama)
    optimizer_file()
