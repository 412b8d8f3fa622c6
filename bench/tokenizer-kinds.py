"""Trains and encodes with Hugging Face tokenizers, for `bench/tokenizer-kinds.ts`; prints milliseconds as JSON.

    python tokenizer-kinds.py TEXT KIND VOCAB_SIZE OUR_TOKENIZER_JSON
"""

import hashlib
import json
import sys
import time

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

path, kind, size, ours = sys.argv[1:]
text = open(path, encoding="utf-8", newline="").read()
lines = text.splitlines(keepends=True)


def fresh():
    if kind == "bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        return tokenizer, trainers.BpeTrainer(vocab_size=int(size), initial_alphabet=alphabet, show_progress=False)
    if kind == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        return tokenizer, trainers.WordPieceTrainer(vocab_size=int(size), special_tokens=["[UNK]"], show_progress=False)
    tokenizer = Tokenizer(models.Unigram())
    pattern = json.load(open(ours, encoding="utf-8"))["pre_tokenizer"]["pattern"]["Regex"]
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(pattern), "isolated")
    trainer = trainers.UnigramTrainer(vocab_size=int(size), special_tokens=["<unk>"], unk_token="<unk>", show_progress=False)
    return tokenizer, trainer


tokenizer, trainer = fresh()
start = time.perf_counter()
tokenizer.train_from_iterator(lines, trainer)
trained = time.perf_counter()
loaded = Tokenizer.from_file(ours)
loaded.encode_special_tokens = True
begin = time.perf_counter()
ids = loaded.encode(text, add_special_tokens=False).ids
end = time.perf_counter()
digest = hashlib.sha256(json.dumps(ids, separators=(",", ":")).encode()).hexdigest()
print(json.dumps({"trainMs": (trained - start) * 1000, "encodeMs": (end - begin) * 1000, "ids": digest}))
