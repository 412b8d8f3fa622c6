"""Reference numbers for test/golden/gguf-blocks.json: blocks of every type with the numbers that the Python package `gguf` reads from
them, numbers with the bytes that it writes, and a small whole file (base64).
usage: python test/golden/gguf-blocks.py   (gguf 0.19, numpy 2.4)
"""
import base64, json, pathlib, tempfile
import numpy as np
from gguf import GGMLQuantizationType as T, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)
pack = lambda array: base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()

# Where the halves (f16) of a block stand: random bytes there could be infinite or no number.
HALVES = {'Q4_0': [0], 'Q4_1': [0, 2], 'Q5_0': [0], 'Q5_1': [0, 2], 'Q8_0': [0], 'Q2_K': [80, 82], 'Q3_K': [108],
          'Q4_K': [0, 2], 'Q5_K': [0, 2], 'Q6_K': [208]}


def blocks(name, count=3):
    _, width = GGML_QUANT_SIZES[T[name]]
    data = rng.integers(0, 256, (count, width), dtype=np.uint8)
    for at in HALVES[name]:
        data[:, at:at + 2] = rng.normal(0, 0.3, (count, 1)).astype(np.float16).view(np.uint8)
    return data.reshape(1, -1)


reading = {name: (lambda data: {'bytes': pack(data), 'numbers': pack(dequantize(data, T[name]))})(blocks(name))
           for name in HALVES}

# Ordinary weights, ties, tiny and huge numbers, zeros, equal numbers.
numbers = np.concatenate([
    rng.normal(0, 0.02, 256), rng.normal(0, 3, 64), np.zeros(32), np.arange(-16, 16) / 2, np.full(32, 0.7),
    rng.normal(0, 1e-7, 32), rng.uniform(-60000, 60000, 32), 2.0 ** np.arange(-26, 6), -(2.0 ** -np.arange(1, 33)),
]).astype(np.float32).reshape(1, -1)
writing = {name: pack(quantize(numbers, T[name])) for name in ['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0']}

with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / 'file.gguf'
    writer = GGUFWriter(path, 'llama')
    writer.add_string('words', '床前明月光, moonlight')
    for kind, value in [('uint8', 200), ('int8', -100), ('uint16', 60000), ('int16', -30000), ('uint32', 4_000_000_000),
                        ('int32', -2_000_000_000), ('float32', 0.5), ('bool', True), ('uint64', 2**63),
                        ('int64', -2**62), ('float64', 0.1)]:
        getattr(writer, f'add_{kind}')(f'a.{kind}', value)
    writer.add_array('list.words', ['春', 'spring', ''])
    writer.add_array('list.numbers', [1, -2, 3])
    writer.add_array('list.floats', [0.25, -1.5])
    writer.add_tensor('plain', np.arange(6, dtype=np.float32).reshape(2, 3))
    writer.add_tensor('half', np.arange(4, dtype=np.float16))
    writer.add_tensor('blocks', quantize(numbers[:, :64].reshape(2, 32), T.Q8_0), raw_dtype=T.Q8_0)
    writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
    whole = path.read_bytes()

golden = {'reading': reading, 'numbers': pack(numbers), 'writing': writing, 'file': base64.b64encode(whole).decode()}
(here / 'gguf-blocks.json').write_text(json.dumps(golden))
