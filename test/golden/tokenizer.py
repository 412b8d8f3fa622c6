"""Writes tokenizer.json (beside this file): what Hugging Face tokenizers trains, writes, splits and encodes.

    python test/golden/tokenizer.py

Made with tokenizers 0.23.
"""

import json
import random
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
WORD = r"[^\r\n\p{L}\p{N}]?"
REST = r"\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": rf"{CONTRACTION}|{WORD}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{REST}",
    "qwen2": rf"{CONTRACTION}|{WORD}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{REST}",
    "o200k": rf"{WORD}{UPPER}*{LOWER}+{CONTRACTION}?|{WORD}{UPPER}+{LOWER}*{CONTRACTION}?"
    rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{REST}",
}

# Patterns without a hand-written splitter.
OTHERS = [
    r"\p{N}{1,3}",
    r"[一-龥぀-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    r"(?:ab|a)+?b|(?>x+)y|[^a-z\s]{2,3}",
    r"^\S+|\S+$",
    r"\d+|\w+|(?=z).",
    r".",
]

ENGLISH = """Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date;
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;
"""

CHINESE = """床前明月光，疑是地上霜。举头望明月，低头思故乡。
子曰：“学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？”
曾子曰：“吾日三省吾身：为人谋而不忠乎？与朋友交而不信乎？传不习乎？”
春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。
"""

MIXED = "  def f(x):\n\t\treturn x**2  # 平方\n\n\nprint(f(12345678))   \r\n\r\nIT'S we'LL I'd they're\n"
RUNS = "aaaaaaaaaaaa aaaa aaaaaaa aa aaa\n\n\n\n   \n    \n哈哈哈哈哈哈哈 哈哈哈 ........ ---- -----"

TRICKY = [
    "",
    " ",
    "\n",
    "Hello, world! It's 2024; we'll see.",
    "IT'S WE'LL I'D they'Re 'sup 'ſ x'ſy",
    "床前明月光，疑是地上霜。",
    "第12345回　賈寶玉初試雲雨情",
    "tabs\tand  double   spaces    \n  next\r\nline \n ",
    "  leading and trailing  ",
    "a\u0085b \u0085\u0085c \u2028x\u2029 \u00a0\u00a0q \u3000全角",
    "a\ufeffb \ufeff c\ufeff",
    "\ufeffstart",
    "x\u180ey \u200b\u200bz \u200d",
    "nul\u0000\u0000 nul \u0001\u007f\u0080\u009f",
    "👨‍👩‍👧‍👦 family 👍🏽👍🏽 🇨🇳🇫🇷 ☕️",
    "e\u0301a\u0300\u0301\u0302 \u0301 \u0301\u0301x n\u0303o",
    "𠀀𠀁 𝔘𝔫𝔦 𝟘𝟙𝟚𝟛𝟜 ①②③ Ⅷ ½ ٣٤٥٦",
    "HelloWorldFOOBar iPhone McDonald'S ǅ ʰʱ ªº ẞß İıſ ﬃ",
    "http://a.b/c?d=e&f=g//h\r\n/// \n//\n/x",
    "한국어 텍스트 日本語のテキスト ไทย हिन्दी العربية עברית",
    "...!!!???\n\n\n---___===+++ (a)[b]{c}<d> $1.50 #tag @me",
    "<|endoftext|> <用户>x<|endoftext|>",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈",
    "xabababxxxy zz ABC",
]


def byte_level(**options):
    return pre_tokenizers.ByteLevel(**{"add_prefix_space": False, **options})


def pre_tokenizer(name):
    if name == "gpt2":
        return byte_level()
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PATTERNS[name]), "isolated"), byte_level(use_regex=False)]
    )


def train(texts, pre, size, minimum=0, special=("<|endoftext|>", "<用户>")):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=minimum,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def file_of(tokenizer):
    return json.loads(tokenizer.to_str())


def sample(tokenizer, texts):
    """Ids of text in which special tokens are ordinary text."""
    tokenizer.encode_special_tokens = True
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    tokenizer.encode_special_tokens = False
    return ids


def trained():
    corpora = {"english": [ENGLISH], "chinese": [CHINESE], "mixed": [ENGLISH, CHINESE, MIXED, RUNS]}
    for name in PATTERNS:
        for corpus, texts in corpora.items():
            if corpus != "mixed" and name not in ("gpt2", "cl100k"):
                continue
            minimum = 2 if corpus == "mixed" else 0
            tokenizer = train(texts, pre_tokenizer(name), 420, minimum)
            file = file_of(tokenizer)
            yield {
                "name": f"{name}, {corpus}",
                "pattern": name,
                "texts": texts,
                "vocabSize": 420,
                "minFrequency": minimum,
                "merges": [" ".join(merge) for merge in file["model"]["merges"]],
                "vocab": list(file["model"]["vocab"].items())[258:],
                "file": {**file, "model": None},
                "ids": sample(tokenizer, TRICKY),
            }


def ties():
    """Texts over few letters: many equal counts, runs, tokens made in two ways."""
    rng = random.Random(7)
    for alphabet in ("ab", "aab ", "abc", "的了 ", "哈嘿", "a\n \n"):
        text = "".join(rng.choice(alphabet) for _ in range(400))
        merges = file_of(train([text], byte_level(), 330, 0, ()))["model"]["merges"]
        yield {"text": text, "vocabSize": 330, "merges": [" ".join(merge) for merge in merges]}


def files():
    """Files as the library writes them, with the ids it gives."""
    texts = [ENGLISH, CHINESE, MIXED, RUNS]

    def case(name, tokenizer, samples=TRICKY):
        ids = sample(tokenizer, samples)
        decoded = [tokenizer.decode(row) for row in ids]
        return {"name": name, "file": tokenizer.to_str(), "texts": samples, "ids": ids, "decoded": decoded}

    yield case("prefix space", train(texts, byte_level(add_prefix_space=True), 300))
    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level()])
    yield case("single digits", train(texts, digits, 300))
    runs = pre_tokenizers.Sequence([pre_tokenizers.Digits(), byte_level(add_prefix_space=True)])
    yield case("digits, prefix space", train(texts, runs, 300))
    split = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\p{N}{1,3}"), "isolated"),
            pre_tokenizers.Split(Regex("[一-龥]+"), "isolated"),
            pre_tokenizers.Split("ll", "isolated"),
            byte_level(use_regex=False, add_prefix_space=True),
        ]
    )
    yield case("three splits", train(texts, split, 300))
    removed = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PATTERNS["cl100k"]), "removed", invert=True), byte_level(use_regex=False)]
    )
    yield case("inverted split", train(texts, removed, 300))
    normal = train(texts, byte_level(), 300)
    normal.normalizer = normalizers.NFC()
    normal.add_tokens([AddedToken("ṩ!", normalized=True), AddedToken("s\u0323\u0307?", normalized=False)])
    yield case("NFC", normal, [*TRICKY, "s\u0323\u0307! ṩ! s\u0323\u0307? ṩ?"])
    added = train(texts, byte_level(), 300)
    added.add_tokens(["summer's", "明月", "月光"])
    added.add_special_tokens([AddedToken("<mask>", lstrip=True), AddedToken("<r>", rstrip=True)])
    yield case("added tokens", added, [*TRICKY, "a summer's 明月光 月光 <mask>"])
    whole = train(texts, byte_level(), 300)
    file = file_of(whole)
    file["model"]["vocab"]["Ġheaven"] = 300
    file["model"]["vocab"]["å¤©"] = 301
    file["model"]["ignore_merges"] = True
    yield case("whole pieces", Tokenizer.from_str(json.dumps(file)), [*TRICKY, "eye of heaven 天 天上 heavens"])
    same = train(texts, byte_level(), 300)
    file = file_of(same)
    file["model"]["merges"] = [" ".join(merge) for merge in file["model"]["merges"]]
    yield {**case("merges as strings", same), "file": json.dumps(file)}


def special():
    """Ids where special tokens are recognised."""
    tokenizer = train([ENGLISH, CHINESE], byte_level(), 300)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True), AddedToken("<r>", rstrip=True), "<m"])
    texts = ["<|endoftext|>a<用户>你好<mask> x", "a \n <mask> b", "a <r>  \n b", "<m <mask <mask> <<|endoftext|>"]
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    keep = [tokenizer.decode(row, skip_special_tokens=False) for row in ids]
    skip = [tokenizer.decode(row) for row in ids]
    return {"file": tokenizer.to_str(), "texts": texts, "ids": ids, "kept": keep, "skipped": skip}


def pieces():
    """How patterns cut the awkward texts."""
    for pattern in [*PATTERNS.values(), *OTHERS]:
        pre = pre_tokenizers.Split(Regex(pattern), "isolated")
        yield {"pattern": pattern, "pieces": [[piece for piece, _ in pre.pre_tokenize_str(text)] for text in TRICKY]}


def main():
    golden = {
        "tricky": TRICKY,
        "trained": list(trained()),
        "ties": list(ties()),
        "files": list(files()),
        "special": special(),
        "pieces": list(pieces()),
    }
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(path, path.stat().st_size)


main()
