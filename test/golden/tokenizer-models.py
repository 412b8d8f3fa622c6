"""Writes tokenizer-models.json (beside this file): Unigram, WordPiece and character BPE of Hugging Face tokenizers.

    python test/golden/tokenizer-models.py

Made with tokenizers 0.23 and sentencepiece 0.2 (for one small charsmap).
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
BPE = json.loads((HERE / "tokenizer.json").read_text(encoding="utf-8"))
[ENGLISH] = next(case["texts"] for case in BPE["trained"] if case["name"] == "gpt2, english")
[CHINESE] = next(case["texts"] for case in BPE["trained"] if case["name"] == "gpt2, chinese")

TEXTS = [
    *BPE["tricky"],
    "Héllo WÖRLD ΑΣ İstanbul naïve café Straße",
    "lovely lovelier temperate temperateness  summer's",
    "a▁b ▁▁c▁",
    "，。！？明月光，思故乡。 天地玄黄",
    "x" * 99 + " " + "x" * 100 + " " + "x" * 101 + " 中" + "𠀀" * 20,
    "unaffable！zzz〇qqq\u0007\u00adé́ ＡＢＣ １２３ ﬁ ㍿ ｶﾞ",
    "“quoted” ``text'' don't can't . , !",
    "1234 56 ٣٤ a1b2",
    "<0x41> [UNKNOWN] <unknown>",
]


def train_unigram(texts, size, pre, unk="<unk>", special=("<unk>",), **options):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=list(special), unk_token=unk, show_progress=False, **options
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def train_word_piece(texts, size, minimum, normalizer=None, pre=None):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizer or normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre or pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        min_frequency=minimum,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def train_character_bpe(texts, size, normalizer, pre, decoder, byte_fallback=True, special=("<unk>", "<s>", "</s>"), **options):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", **options))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoder
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)] if byte_fallback else []
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[*special, *bytes_], show_progress=False, limit_alphabet=60
    )
    tokenizer.train_from_iterator(texts, trainer)
    file = json.loads(tokenizer.to_str())
    file["model"]["byte_fallback"] = byte_fallback
    file["added_tokens"] = [token for token in file["added_tokens"] if token["id"] < len(special)]
    return Tokenizer.from_str(json.dumps(file))


def edited(tokenizer, **model):
    file = json.loads(tokenizer.to_str())
    file["model"].update(model)
    return Tokenizer.from_str(json.dumps(file))


def charsmap():
    """A small charsmap, as SentencePiece compiles it."""
    import sentencepiece as spm
    from sentencepiece import sentencepiece_model_pb2 as proto

    rules = {"é": "e", "é": "e", "ﬁ": "fi", "Ａ": "A", "Ｂ": "B", "１": "1", "㍿": "株式会社", "\t": " ", "\u00a0": " ", "\u3000": " ", "\u200b": "", "ｶﾞ": "ガ", "ß": "ss", "“": '"', "”": '"', "e\u0301\u0301": "3"}
    with tempfile.TemporaryDirectory() as folder:
        table, text = Path(folder, "rules.tsv"), Path(folder, "text.txt")
        hexes = lambda value: " ".join(f"{ord(c):X}" for c in value)
        table.write_text("".join(f"{hexes(a)}\t{hexes(b)}\n" for a, b in rules.items()), encoding="utf-8")
        text.write_text(ENGLISH + CHINESE, encoding="utf-8")
        spm.SentencePieceTrainer.train(
            input=str(text), model_prefix=f"{folder}/m", vocab_size=120, normalization_rule_tsv=str(table),
            hard_vocab_limit=False, character_coverage=1.0, minloglevel=3,
        )
        model = proto.ModelProto()
        model.ParseFromString(Path(folder, "m.model").read_bytes())
        return model.normalizer_spec.precompiled_charsmap


def case(name, tokenizer):
    tokenizer.encode_special_tokens = True
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
    tokenizer.encode_special_tokens = False
    decoded = [tokenizer.decode(row) for row in ids]
    # A text that comes back is not written again.
    decoded = [None if made == text else made for made, text in zip(decoded, TEXTS)]
    return {"name": name, "file": tokenizer.to_str(), "ids": ids, "decoded": decoded}


def files():
    texts = [ENGLISH, CHINESE]
    bert = train_word_piece(texts, 260, 0)
    yield case("bert", bert)
    cased = edited(bert)
    cased.normalizer = normalizers.BertNormalizer(lowercase=False, handle_chinese_chars=False, strip_accents=True)
    cased.decoder = decoders.WordPiece(cleanup=False)
    yield case("bert, cased", cased)
    short = edited(bert, max_input_chars_per_word=7)
    short.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.StripAccents()])
    short.pre_tokenizer = pre_tokenizers.Whitespace()
    yield case("word pieces, other parts", short)

    unigram = train_unigram(texts, 180, pre_tokenizers.Metaspace())
    unigram.decoder = decoders.Metaspace()
    yield case("unigram, metaspace", unigram)
    split = edited(unigram)
    split.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    split.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    yield case("unigram, first, not split", split)
    t5 = edited(unigram)
    t5.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(charsmap()), normalizers.Strip(left=False, right=True), normalizers.Replace("``", '"')]
    )
    t5.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    yield case("unigram, charsmap", t5)
    file = json.loads(unigram.to_str())
    file["model"]["vocab"] += [[f"<0x{byte:02X}>", -99.0] for byte in range(256)]
    file["model"]["byte_fallback"] = True
    file["pre_tokenizer"] = json.loads(pre_tokenizers.Metaspace(prepend_scheme="never").__getstate__())
    file["decoder"] = json.loads(
        decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]).__getstate__()
    )
    yield case("unigram, bytes", Tokenizer.from_str(json.dumps(file)))

    llama = train_character_bpe(
        texts,
        420,
        normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
        None,
        decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        ),
        fuse_unk=True,
    )
    yield case("llama 2", llama)
    file = json.loads(llama.to_str())
    file["normalizer"] = None
    file["pre_tokenizer"] = json.loads(pre_tokenizers.Metaspace(prepend_scheme="first", split=False).__getstate__())
    yield case("llama 2, metaspace", Tokenizer.from_str(json.dumps(file)))
    gemma = train_character_bpe(
        texts,
        420,
        normalizers.Replace(" ", "▁"),
        pre_tokenizers.Split(" ", "merged_with_previous"),
        decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]),
        fuse_unk=True,
    )
    gemma.add_tokens([AddedToken("▁▁", normalized=False), AddedToken("summer", normalized=False)])
    yield case("gemma", gemma)
    for fuse in (True, False):
        unknown = train_character_bpe(
            texts, 160, None, pre_tokenizers.Metaspace(), decoders.Metaspace(), byte_fallback=False, fuse_unk=fuse
        )
        yield case(f"characters, unknown {'fused' if fuse else 'apart'}", unknown)


def special(cases):
    """Special tokens where they are allowed, with the white space they take and what normalization does to them."""
    llama = next(each for each in cases if each["name"] == "llama 2")
    tokenizer = Tokenizer.from_str(llama["file"])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True), AddedToken("<r>", rstrip=True)])
    texts = ["<s>a b</s> c<mask>", "x <mask> y <r>  z", "<s><s>hello <s> hello"]
    return {"file": tokenizer.to_str(), "texts": texts, "ids": [tokenizer.encode(t, add_special_tokens=False).ids for t in texts]}


def cuts():
    """How components cut and normalize the awkward texts."""
    pres = {
        "BertPreTokenizer": pre_tokenizers.BertPreTokenizer(),
        "Whitespace": pre_tokenizers.Whitespace(),
        "WhitespaceSplit": pre_tokenizers.WhitespaceSplit(),
        "Punctuation": pre_tokenizers.Punctuation("contiguous"),
        "Digits": pre_tokenizers.Digits(individual_digits=True),
        "Metaspace first": pre_tokenizers.Metaspace(prepend_scheme="first"),
        "words, Metaspace first": pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="first")]
        ),
    }
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        for invert in (False, True):
            pres[f"{behavior} {invert}"] = pre_tokenizers.Split(Regex(r"[\s\d]"), behavior, invert=invert)
    texts = TEXTS[3:9] + TEXTS[-2:-1]
    for name, pre in pres.items():
        yield {
            "name": name,
            "component": json.loads(pre.__getstate__()),
            "texts": texts,
            "pieces": [[piece for piece, _ in pre.pre_tokenize_str(text)] for text in texts],
        }


def normal():
    kinds = [
        normalizers.Lowercase(),
        normalizers.StripAccents(),
        normalizers.Nmt(),
        normalizers.NFKD(),
        normalizers.Strip(left=True, right=False),
        normalizers.BertNormalizer(),
        normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False),
        normalizers.Precompiled(charsmap()),
        normalizers.Replace(Regex(r"\s+"), "_$1"),
        normalizers.Replace("aa", "a$&"),
    ]
    for normalizer in kinds:
        yield {
            "component": json.loads(normalizer.__getstate__()),
            "made": [normalizer.normalize_str(text) for text in TEXTS],
        }


def words(counts):
    """A text whose words occur so often that no two pairs are equally frequent."""
    return [word for word, count in counts.items() for _ in range(count)]


WEIGHTS = {"the": 101, "then": 67, "they": 43, "other": 29, "mother": 17, "床前": 211, "明月光": 137, "明月": 71, "光明": 31, "月光": 11}


def trained_word_piece():
    text = [" ".join(words(WEIGHTS))]
    for size, minimum in ((40, 0), (60, 20), (500, 0)):
        tokenizer = train_word_piece(text, size, minimum, normalizers.BertNormalizer(handle_chinese_chars=False))
        yield {
            "text": text[0], "vocabSize": size, "minFrequency": minimum, "vocab": sorted(tokenizer.get_vocab())}


def trained_unigram():
    cases = [
        ("english, metaspace", [ENGLISH], pre_tokenizers.Metaspace(), 100, {}),
        ("chinese, metaspace", [CHINESE], pre_tokenizers.Metaspace(), 110, {}),
        ("both, gpt2", [ENGLISH, CHINESE] * 2, pre_tokenizers.Split(Regex(next(c["pattern"] for c in BPE["pieces"])), "isolated"), 230, {}),
        ("short pieces, fast", [ENGLISH, CHINESE, "aaaa aaab abab"] * 3, pre_tokenizers.Metaspace(), 190,
         {"max_piece_length": 3, "shrinking_factor": 0.6, "n_sub_iterations": 1}),
    ]
    for name, texts, pre, size, options in cases:
        tokenizer = train_unigram(texts, size, pre, **options)
        vocab = json.loads(tokenizer.to_str())["model"]["vocab"]
        yield {
            "name": name,
            "texts": texts,
            "vocabSize": size,
            "options": options,
            "vocab": sorted([piece, round(score, 6)] for piece, score in vocab),
        }


def pairs(cases):
    bert = Tokenizer.from_str(next(each for each in cases if each["name"] == "bert")["file"])
    texts = [("the summer", "明月光"), ("shall i compare thee to a summer's day", "short"), ("x", "举头望明月，低头思故乡。床前明月光，疑是地上霜"), ("", "rough winds")]
    templates = {
        "bert": processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2)),
        "roberta": processors.RobertaProcessing(("[SEP]", 3), ("[CLS]", 2), add_prefix_space=False, trim_offsets=False),
        "template": processors.TemplateProcessing(
            single="[CLS] $A", pair="$A:1 [SEP]:0 $B:2 [SEP]:2 [CLS]:5", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        ),
    }
    for name, processor in templates.items():
        bert.post_processor = processor
        for length in (None, 9, 12, 20):
            for strategy in ("longest_first", "only_first", "only_second"):
                for side in ("right", "left"):
                    if length is None and (strategy, side) != ("longest_first", "right"):
                        continue
                    if (strategy != "longest_first") != (length == 20):
                        continue
                    bert.no_truncation()
                    bert.no_padding()
                    bert.enable_padding(pad_id=0, direction=side)
                    if length:
                        bert.enable_truncation(length, strategy=strategy, direction=side)
                    # The other strategies refuse a pair whose one text cannot be cut enough.
                    chosen = {"longest_first": texts, "only_first": texts[1:2], "only_second": texts[2:3]}[strategy]
                    found = bert.encode_batch(chosen)
                    yield {
                        "template": json.loads(processor.__getstate__()),
                        "name": name,
                        "maxTokens": length,
                        "strategy": strategy,
                        "side": side,
                        "texts": chosen,
                        "ids": [row.ids for row in found],
                        "mask": [row.attention_mask for row in found],
                        "types": [row.type_ids for row in found],
                    }


def compact(cases):
    """Vocabularies and merges that an earlier file has are named by that file's place."""
    seen = {}
    for place, each in enumerate(cases):
        file = json.loads(each["file"])
        for part in ("vocab", "merges"):
            key = json.dumps(file["model"].get(part))
            if key in seen:
                file["model"][part] = seen[key]
            else:
                seen[key] = place
        yield {**each, "file": file}


def main():
    if sys.argv[1:] == ["--trained"]:
        print(json.dumps({"wordPiece": list(trained_word_piece()), "unigram": list(trained_unigram())}, ensure_ascii=False))
        return
    runs = [
        json.loads(subprocess.run([sys.executable, __file__, "--trained"], capture_output=True, check=True, text=True).stdout)
        for _ in range(3)
    ]
    for run in runs[1:]:
        for kind in runs[0]:
            for ours, other in zip(runs[0][kind], run[kind]):
                names = [each[0] if isinstance(each, list) else each for each in ours["vocab"]]
                others = [each[0] if isinstance(each, list) else each for each in other["vocab"]]
                if names != others:
                    print("unstable", kind, ours.get("name"), set(names) ^ set(others))
    # Trained once: word pieces come in another order each time.
    cases = list(files())
    golden = {
        "texts": TEXTS,
        "files": list(compact(cases)),
        "special": special(cases),
        "cuts": list(cuts()),
        "normal": list(normal()),
        "pairs": list(pairs(cases)),
        **runs[0],
    }
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(path, os.path.getsize(path))


main()
