"""Reference numbers for test/golden/model-experts.json: logits, loss, every gradient and greedy text of Mixtral and Qwen3-MoE, and the loss
with Switch's balance of each layer added. Computed in double precision, from weights by the formula of model.py, under the names that
files have: `save_pretrained` takes the joined experts apart.
usage: python test/golden/model-experts.py   (torch 2.15, transformers 5.23)
"""
import re
import torch
import transformers
from model import packed, pseudo, save, tokens
from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

BALANCE = 0.1
COMMON = dict(vocab_size=40, max_position_embeddings=32, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
              intermediate_size=12, hidden_act='silu', rms_norm_eps=1e-6, tie_word_embeddings=False)
kinds = dict(
    mixtral=('Mixtral', dict(COMMON, model_type='mixtral', num_local_experts=4, num_experts_per_tok=2, rope_theta=10000.0)),
    qwen3_moe=('Qwen3Moe', dict(COMMON, model_type='qwen3_moe', num_experts=3, num_experts_per_tok=3, moe_intermediate_size=12,
                                head_dim=4, norm_topk_prob=True, rope_theta=10000.0)),
)


def on_disk(kind, named):
    """Joined experts [E, 2F, D] and [E, D, F] apart, under the names of files."""
    part, gate, up, down = ('block_sparse_moe', 'w1', 'w3', 'w2') if kind == 'Mixtral' else ('mlp', 'gate_proj', 'up_proj', 'down_proj')
    apart = {}
    for name, tensor in named:
        name = name.replace('.mlp.gate.', f'.{part}.gate.')
        found = re.match(r'(.*)\.mlp\.experts\.(gate_up|down)_proj$', name)
        if not found:
            apart[name] = tensor
            continue
        for e in range(tensor.shape[0]):
            own = f'{found[1]}.{part}.experts.{e}'
            if found[2] == 'down':
                apart[f'{own}.{down}.weight'] = tensor[e]
            else:
                apart[f'{own}.{gate}.weight'], apart[f'{own}.{up}.weight'] = tensor[e].chunk(2)
    return dict(sorted(apart.items()))


def golden(kind, config):
    settings = getattr(transformers, f'{kind}Config')(**{k: v for k, v in config.items() if k != 'model_type'},
                                                      pad_token_id=None, bos_token_id=None, eos_token_id=None)
    settings._attn_implementation = settings._experts_implementation = 'eager'
    model = getattr(transformers, f'{kind}ForCausalLM')(settings).eval()
    parameters = on_disk(kind, [(n, p.data) for n, p in model.named_parameters()])
    for i, (name, p) in enumerate(parameters.items()):
        scale, shift = (0.5, 0) if p.dim() == 2 else (0.4, 1)
        p.copy_(torch.from_numpy(pseudo(i, p.numel()) * scale + shift).float().view_as(p))
    model = model.double()
    rows = tokens((2, 9), 40, 500)
    ids, targets = rows[:, :-1], rows[:, 1:]

    def learn(balance):
        model.zero_grad()
        said = model(ids, output_router_logits=True)
        loss = torch.nn.functional.cross_entropy(said.logits.flatten(0, 1), targets.flatten())
        top_k = settings.num_experts_per_tok
        experts = said.router_logits[0].shape[1]
        # Theirs counts each of a token's choices as a whole: k where ours is 1.
        layers = [load_balancing_loss_func((of,), experts, top_k) / top_k for of in said.router_logits]
        total = loss + balance * sum(layers) / len(layers)
        total.backward()
        grads = on_disk(kind, [(n, p.grad) for n, p in model.named_parameters()])
        return total.item(), said.logits, {n: packed(g) for n, g in grads.items()}

    balanced, _, pushed = learn(BALANCE)
    loss, logits, gradients = learn(0)
    prompt = ids[:1, :5]
    written = model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=20)
    return dict(config=config, ids=ids.tolist(), targets=targets.tolist(), loss=loss, logits=packed(logits),
                parameters=[[n, list(p.shape)] for n, p in parameters.items()], gradients=gradients, written=written[0].tolist(),
                balanced=dict(balance=BALANCE, loss=balanced,
                              gradients={n: g for n, g in pushed.items() if n.endswith(('.gate.weight', 'embed_tokens.weight'))}))


save('model-experts', {name: golden(*of) for name, of in kinds.items()})
