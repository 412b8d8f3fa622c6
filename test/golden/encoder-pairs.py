"""Pseudo-log-likelihoods of CrowS-Pairs (Nangia et al. 2020) over the tokens that two sentences share, by BERT in PyTorch from the weights of
model.py: each shared token but the first and last is hidden alone, and its log-probabilities add up. Writes encoder-pairs.json.
usage: python test/golden/encoder-pairs.py   (torch 2.15, transformers 5.24)
"""
import difflib, json, pathlib
import torch
from model import fill
from transformers import BertConfig, BertForPreTraining

START, END, MASK = 2, 3, 4
config = dict(model_type='bert', vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24, hidden_act='gelu',
              layer_norm_eps=1e-5, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, tie_word_embeddings=True,
              max_position_embeddings=12, type_vocab_size=2, pad_token_id=0)
model = fill(BertForPreTraining(BertConfig(**config))).eval()


def score(ids, places):
    total = 0.0
    for place in places[1:-1]:
        hidden = list(ids)
        hidden[place] = MASK
        logits = model(torch.tensor([hidden])).prediction_logits[0, place]
        total += torch.log_softmax(logits, -1)[ids[place]].item()
    return round(total, 3)


pairs = []
for a, b in [([7, 9, 12, 30], [7, 9, 13, 30]), ([21, 8, 8, 15, 33, 6], [21, 8, 15, 33, 11, 6]), ([5, 6, 7], [5, 6, 7]), ([19], [20, 22])]:
    first, second = [START, *a, END], [START, *b, END]
    left, right = [], []
    for kind, i, j, k, l in difflib.SequenceMatcher(None, first, second).get_opcodes():
        if kind == 'equal':
            left += range(i, j)
            right += range(k, l)
    pairs.append(dict(a=a, b=b, scores=[score(first, left), score(second, right)]))
shapes = {n: list(p.shape) for n, p in model.named_parameters()}
pathlib.Path(__file__).with_name('encoder-pairs.json').write_text(json.dumps(dict(config=config, shapes=shapes, pairs=pairs), separators=(',', ':')) + '\n')
print(pairs)
