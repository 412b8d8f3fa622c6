"""Reference numbers for test/golden/soft-prompts.json: prompt tuning, P-tuning and prefix tuning of PEFT on the models of model.py, with
logits, loss and the gradient of every number, in double precision; and a bottleneck adapter by hooks behind the layers, PEFT has none.
usage: python test/golden/soft-prompts.py                  (torch 2.15, transformers 5.23, peft 0.21)
       python test/golden/soft-prompts.py BASE ADAPTER     prints the logits of a folder with an adapter on it, for files of ours
"""
import json, pathlib, sys, tempfile
import torch
from peft import PeftModel, PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM
from model import batch, gpt2, llama, loss_of, packed, pseudo, save

common = dict(num_virtual_tokens=3, task_type='CAUSAL_LM')
cases = {
    'gpt2-prompt': (gpt2, lambda: PromptTuningConfig(**common)),
    'llama-prompt': (llama, lambda: PromptTuningConfig(**common)),
    'gpt2-p-tuning': (gpt2, lambda: PromptEncoderConfig(**common, encoder_hidden_size=8)),
    'gpt2-p-tuning-lstm': (gpt2, lambda: PromptEncoderConfig(**common, encoder_hidden_size=4, encoder_reparameterization_type='LSTM')),
    'gpt2-prefix': (gpt2, lambda: PrefixTuningConfig(**common, prefix_projection=True, encoder_hidden_size=8)),
    'llama-p-tuning-v2': (llama, lambda: PrefixTuningConfig(**common)),
}


def adapted(build, config):
    json_config, model = build()
    model = get_peft_model(model, config()).double()
    with torch.no_grad():
        for i, (name, p) in enumerate(sorted((n, p) for n, p in model.named_parameters() if p.requires_grad)):
            p.copy_(torch.from_numpy(pseudo(900 + i, p.numel()).astype('float32')).view_as(p))
    return json_config, model


def logits_of(model, ids, count):
    logits = model(ids).logits
    # Of virtual tokens that run through the whole model there are logits, too.
    return logits[:, -ids.shape[1]:]


def case(build, config):
    json_config, model = adapted(build, config)
    ids, targets = batch()
    logits = logits_of(model, ids, 3)
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    gradients = {n.split('default.')[-1]: packed(p.grad) for n, p in model.named_parameters() if p.requires_grad}
    numbers = {n.split('default.')[-1]: packed(p) for n, p in model.named_parameters() if p.requires_grad}
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        adapter = json.loads((pathlib.Path(folder) / 'adapter_config.json').read_text())
        tensors = load_file(pathlib.Path(folder) / 'adapter_model.safetensors')
    shapes = {name: [list(t.shape), packed(t)] for name, t in tensors.items()}
    return dict(model=json_config, ids=ids.tolist(), targets=targets.tolist(), loss=loss.item(), logits=packed(logits), numbers=numbers,
                gradients=gradients, adapter=adapter, tensors=shapes)


def bottleneck(build, layers, inner=4):
    """Houlsby's adapter behind layers, y + up(gelu(down(y))), as hooks."""
    json_config, model = build()
    numbers = {}
    for i, (name, ours) in enumerate(layers.items()):
        size = 16
        parts = {part: (pseudo(940 + 4 * i + k, n).astype('float32') * 0.5).reshape(shape) for k, (part, n, shape) in enumerate([
            ('down.weight', inner * size, (inner, size)), ('down.bias', inner, (inner,)),
            ('up.weight', inner * size, (size, inner)), ('up.bias', size, (size,))])}
        parts = {part: torch.from_numpy(x).double().requires_grad_() for part, x in parts.items()}
        numbers.update({f'{ours}.{part}': x for part, x in parts.items()})

        def hook(module, inputs, y, p=parts):
            return y + torch.nn.functional.gelu(y @ p['down.weight'].T + p['down.bias']) @ p['up.weight'].T + p['up.bias']
        model.get_submodule(name).register_forward_hook(hook)
    ids, targets = batch()
    logits, loss = loss_of(model, ids, targets)
    loss.backward()
    return dict(model=json_config, ids=ids.tolist(), targets=targets.tolist(), loss=loss.item(), logits=packed(logits),
                tensors={name: [list(x.shape), packed(x)] for name, x in numbers.items()},
                gradients={name: packed(x.grad) for name, x in numbers.items()})


def check(base, adapter):
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float64), adapter).double()
    print(json.dumps(logits_of(model, batch()[0], 0).flatten().tolist()))


if __name__ == '__main__':
    if len(sys.argv) == 3: check(*sys.argv[1:])
    else:
        golden = {name: case(*parts) for name, parts in cases.items()}
        golden['gpt2-bottleneck'] = bottleneck(gpt2, {f'transformer.h.{i}.{name}': f'blocks.{i}.{ours}' for i in range(2)
                                                      for name, ours in [('attn.c_proj', 'attention.output'), ('mlp.c_proj', 'ffn.down')]})
        golden['llama-bottleneck'] = bottleneck(llama, {f'model.layers.{i}.mlp.down_proj': f'blocks.{i}.ffn.down' for i in range(2)})
        save('soft-prompts', golden)
