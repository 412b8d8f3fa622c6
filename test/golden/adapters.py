"""Reference numbers for test/golden/adapters.json: LoRA and IA³ adapters of PEFT on the models of model.py, with logits, loss and the
gradient of every number of the adapter, in double precision; and the files that PEFT writes.
usage: python test/golden/adapters.py                  (torch 2.15, transformers 5.23, peft 0.21)
       python test/golden/adapters.py BASE ADAPTER     prints the logits of a folder with an adapter on it, for files of ours
"""
import json, pathlib, sys, tempfile
import torch
from peft import IA3Config, LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM
from model import batch, gpt2, llama, loss_of, packed, pseudo, save

cases = {
    'gpt2-lora': (gpt2, lambda: LoraConfig(r=2, lora_alpha=6, target_modules=['c_attn', 'c_fc', 'mlp.c_proj'], fan_in_fan_out=True,
                                           alpha_pattern={'mlp.c_proj': 3}, task_type='CAUSAL_LM')),
    'llama-lora': (llama, lambda: LoraConfig(r=3, lora_alpha=6, target_modules=['q_proj', 'v_proj', 'o_proj', 'gate_proj', 'down_proj'],
                                             use_rslora=True, task_type='CAUSAL_LM')),
    'gpt2-ia3': (gpt2, lambda: IA3Config(target_modules=['c_attn', 'mlp.c_proj'], feedforward_modules=['mlp.c_proj'],
                                         fan_in_fan_out=True, task_type='CAUSAL_LM')),
    'llama-ia3': (llama, lambda: IA3Config(target_modules=['k_proj', 'v_proj', 'down_proj'], feedforward_modules=['down_proj'],
                                           task_type='CAUSAL_LM')),
}


def adapted(build, config):
    json_config, model = build()
    model = get_peft_model(model, config()).double()
    with torch.no_grad():
        for i, (name, p) in enumerate(sorted((n, p) for n, p in model.named_parameters() if p.requires_grad)):
            shift = 1 if 'ia3' in name else 0
            values = torch.from_numpy((pseudo(900 + i, p.numel()) * 0.5 + shift).astype('float32'))
            p.copy_(values.view_as(p))
    return json_config, model


def case(build, config):
    json_config, model = adapted(build, config)
    ids, targets = batch()
    logits, loss = loss_of(model, ids, targets)
    loss.backward()
    gradients = {n.replace('.default', ''): packed(p.grad) for n, p in model.named_parameters() if p.requires_grad}
    merged = model.merge_and_unload()(ids).logits
    assert (merged - logits).abs().max() < 1e-10
    _, again = adapted(build, config)
    with tempfile.TemporaryDirectory() as folder:
        again.float().save_pretrained(folder)
        adapter = json.loads((pathlib.Path(folder) / 'adapter_config.json').read_text())
        tensors = load_file(pathlib.Path(folder) / 'adapter_model.safetensors')
    shapes = {name: [list(t.shape), packed(t)] for name, t in tensors.items()}
    return dict(model=json_config, ids=ids.tolist(), targets=targets.tolist(), loss=loss.item(), logits=packed(logits),
                gradients=gradients, adapter=adapter, tensors=shapes)


def check(base, adapter):
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float64), adapter).double()
    print(json.dumps(model(batch()[0]).logits.flatten().tolist()))


if __name__ == '__main__':
    if len(sys.argv) == 3: check(*sys.argv[1:])
    else: save('adapters', {name: case(*parts) for name, parts in cases.items()})
