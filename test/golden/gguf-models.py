"""The models of gpt2.json and llama.json as GGUF files in base64, for gguf-models.test.ts: named, laid out and turned as
llama.cpp's `convert_hf_to_gguf.py` does (rows of queries and keys of the llama architecture in rotary pairs).
usage: python test/golden/gguf-models.py   (gguf 0.19, torch 2.15, transformers 5.23)
"""
import base64, json, pathlib, tempfile
import numpy as np
from gguf import GGUFWriter
from gguf.tensor_mapping import get_tensor_name_map
from gguf.constants import MODEL_ARCH

here = pathlib.Path(__file__).parent
source = (here / 'model.py').read_text().split("def batch(")[0]
made = {'__file__': str(here / 'model.py')}
exec(source, made)


def paired(weights, heads):
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def file_of(name):
    config, model = made[name]()
    arch = {'gpt2': MODEL_ARCH.GPT2, 'llama': MODEL_ARCH.LLAMA}[name]
    names = get_tensor_name_map(arch, 2)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'model.gguf'
        writer = GGUFWriter(path, name)
        writer.add_context_length(16)
        writer.add_embedding_length(16)
        writer.add_block_count(2)
        writer.add_head_count(4)
        if name == 'gpt2':
            writer.add_feed_forward_length(64)
            writer.add_layer_norm_eps(config['layer_norm_epsilon'])
        else:
            writer.add_feed_forward_length(24)
            writer.add_head_count_kv(2)
            writer.add_layer_norm_rms_eps(config['rms_norm_eps'])
            writer.add_rope_dimension_count(4)
            writer.add_rope_freq_base(config['rope_theta'])
        for key, tensor in sorted(model.named_parameters()):
            data = tensor.detach().float().numpy()
            if any(part in key for part in ['c_attn.weight', 'c_proj.weight', 'c_fc.weight']):
                data = data.T
            if 'q_proj' in key:
                data = paired(data, 4)
            if 'k_proj' in key:
                data = paired(data, 2)
            writer.add_tensor(names.get_name(key, try_suffixes=('.weight', '.bias')), np.ascontiguousarray(data))
        writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
        return base64.b64encode(path.read_bytes()).decode()


(here / 'gguf-models.json').write_text(json.dumps({name: file_of(name) for name in ['gpt2', 'llama']}))
