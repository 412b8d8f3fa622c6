"""Reference texts for test/golden/generators.json: beam search, group beam search, contrastive search, guidance.
Hugging Face's `generate` on a small random GPT-2, in double precision (groups in single), from weights that a formula gives (the same
in model-golden.ts). Transformers 4.46 is the last line that has group beam and contrastive search in its core.
usage: python test/golden/generators.py           with torch 2.15 and transformers 4.46.3: writes the file
       python test/golden/generators.py --check   with transformers 5: compares what both have
"""
import itertools, json, pathlib, sys, warnings
import numpy as np, torch, transformers
from transformers import GPT2Config, GPT2LMHeadModel

torch.set_num_threads(1)
warnings.filterwarnings('ignore')
transformers.logging.set_verbosity_error()
here = pathlib.Path(__file__).parent
config = dict(model_type='gpt2', vocab_size=40, n_positions=64, n_embd=16, n_layer=2, n_head=4, n_inner=None,
              activation_function='gelu_new', layer_norm_epsilon=1e-5, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
              tie_word_embeddings=True)
unsaid = 36
prompts = [[1, 2, 3], [30, 7, 7, 19], [5]]


def pseudo(tensor_index, count):
    """Numbers in [-0.5, 0.5) by integer arithmetic, equal on every machine."""
    h = (np.arange(count, dtype=np.uint64) + 1 + tensor_index * 10007) * 2654435761 % 2**32
    h = (h ^ (h >> 15)) * 2246822519 % 2**32
    return (h ^ (h >> 13)) / 2**32 - 0.5


def build():
    model = GPT2LMHeadModel(GPT2Config(**config, bos_token_id=None, eos_token_id=None))
    with torch.no_grad():
        for i, (name, p) in enumerate(sorted(model.named_parameters())):
            scale, shift = (0.5, 0) if p.dim() == 2 else (0.4, 1) if name.endswith('weight') else (0.2, 0)
            values = (pseudo(i, p.numel()) * scale + shift).astype(np.float32)
            p.copy_(torch.from_numpy(values).view_as(p))
    return model.double().eval()


def texts(model, prompt, max_tokens, eos, pad=0, **options):
    """Completions without end tokens and padding, with their scores where the search has them."""
    out = model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                         max_new_tokens=max_tokens, eos_token_id=eos or None, pad_token_id=pad, do_sample=False,
                         return_dict_in_generate=True, output_scores=True, **options)
    rows = []
    for row in out.sequences.tolist():
        row = row[len(prompt):]
        cut = next((i for i, t in enumerate(row) if t in eos), len(row))
        rows.append(row[:cut])
    scores = getattr(out, 'sequences_scores', None)
    return rows, None if scores is None else [round(s, 5) for s in scores.tolist()]


def beam_cases():
    grid = itertools.product(prompts, [(2, 2), (5, 5)], [1.0, 0.0, 2.5, -0.5], [False, True, 'never'])
    for i, (prompt, (beams, n), penalty, early) in enumerate(grid):
        eos = [17] if i % 2 else [4, 23]
        yield prompt, 14, eos, dict(num_beams=beams, num_return_sequences=n, length_penalty=penalty, early_stopping=early)
    for prompt in prompts:
        yield prompt, 14, [], dict(num_beams=4, num_return_sequences=2)
        yield prompt, 14, [17], dict(num_beams=4, num_return_sequences=4, no_repeat_ngram_size=2)
        yield prompt, 14, [17], dict(num_beams=4, num_return_sequences=4, repetition_penalty=1.4)


def group_cases():
    for prompt, (beams, groups), penalty in itertools.product(prompts, [(4, 2), (4, 4), (6, 2)], [0.3, 1.0, 5.0]):
        for eos in [[], [17], [4, 23]]:
            yield prompt, 12, eos, dict(num_beams=beams, num_beam_groups=groups, diversity_penalty=penalty,
                                        num_return_sequences=beams)
    for prompt in prompts:
        yield prompt, 12, [17], dict(num_beams=4, num_beam_groups=2, diversity_penalty=0.5, num_return_sequences=4,
                                     repetition_penalty=1.4, length_penalty=0.5, early_stopping=True)


def contrastive_cases():
    for prompt, k, alpha in itertools.product(prompts, [2, 4, 8], [0.1, 0.6, 0.9]):
        yield prompt, 24, [17] if k == 4 else [], dict(top_k=k, penalty_alpha=alpha)
    for prompt in prompts:
        yield prompt, 24, [], dict(top_k=5, penalty_alpha=0.6, repetition_penalty=1.3)
        yield prompt, 24, [], dict(top_k=5, penalty_alpha=0.6, no_repeat_ngram_size=2)


def guidance_cases():
    for prompt, scale, negative in itertools.product(prompts, [1.5, 3.0, 0.5], [None, [9, 8, 7, 6]]):
        yield prompt, 16, [], dict(guidance_scale=scale, **(dict(negative_prompt_ids=torch.tensor([negative])) if negative else {}))


def run(model, cases):
    rows = []
    for prompt, max_tokens, eos, options in cases:
        # The library counts the padding of finished groups as said, so in groups it should be what nobody says.
        ids, scores = texts(model, prompt, max_tokens, eos, unsaid if 'num_beam_groups' in options else 0, **options)
        plain = {k: v[0].tolist() if torch.is_tensor(v) else v for k, v in options.items()}
        rows.append(dict(prompt=prompt, maxTokens=max_tokens, eos=eos, options=plain, ids=ids, **(dict(scores=scores) if scores else {})))
    return rows


model = build()
path = here / 'generators.json'
if '--check' in sys.argv:
    golden = json.loads(path.read_text())
    for name, cases in dict(beam=beam_cases, guidance=guidance_cases).items():
        now = run(model, cases())
        other = [(a, b) for a, b in zip(golden[name], now) if a['ids'] != b['ids']]
        print(name, len(now), 'cases,', len(other), 'differ with transformers', transformers.__version__)
        for a, b in other: print(a['options'], a['eos'], a['prompt'], '\n ', a['ids'], a['scores'], '\n ', b['ids'], b['scores'])
else:
    golden = dict(transformers=transformers.__version__, config=config, beam=run(model, beam_cases()), group=run(build().float(), group_cases()),
                  contrastive=run(model, contrastive_cases()), guidance=run(model, guidance_cases()))
    path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
    print(path.name, path.stat().st_size)
    said = {t for r in golden['group'] for text in r['ids'] for t in text}
    print('said in groups:', sorted(said))
    assert unsaid not in said
    print('ended texts:', sum(len(t) < r['maxTokens'] for r in golden['beam'] for t in r['ids']), 'of', sum(len(r['ids']) for r in golden['beam']))
