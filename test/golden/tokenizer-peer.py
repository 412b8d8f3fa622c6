"""Trains on a whole file with Hugging Face tokenizers and loads our file; prints what must be equal, as JSON.

    python tokenizer-peer.py TEXT VOCAB_SIZE OUR_TOKENIZER_JSON
"""

import hashlib
import json
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers


def digest(value):
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


text = open(sys.argv[1], encoding="utf-8", newline="").read()
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(
    vocab_size=int(sys.argv[2]),
    special_tokens=["<|endoftext|>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
tokenizer.train_from_iterator([text], trainer)
merges = json.loads(tokenizer.to_str())["model"]["merges"]
ours = Tokenizer.from_file(sys.argv[3])
ids = ours.encode(text).ids
print(
    json.dumps(
        {
            "merges": digest([" ".join(merge) for merge in merges]),
            "ids": digest(ids),
            "theirIds": digest(tokenizer.encode(text).ids),
            "decodes": ours.decode(ids) == text,
        }
    )
)
