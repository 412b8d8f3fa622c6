"""Golden values of word and character error rates: jiwer, on texts that need no cleaning. `pip install jiwer`."""

import json
import random
from pathlib import Path

import jiwer

random.seed(7)
words = "the cat sat on a mat and then it ran far away home".split()
han = "床前明月光疑是地上霜举头望低思故乡"


def change(units, join):
    """A copy with slips: some left out, some exchanged, some put in."""
    made = []
    for unit in units:
        slip = random.random()
        if slip < 0.12:
            continue
        if slip < 0.24:
            unit = random.choice(units)
        made.append(unit)
        if slip > 0.9:
            made.append(random.choice(units))
    return join.join(made or units[:1])


def rates(references, hypotheses):
    # Every Chinese character is a word; without spaces, every character counts.
    spaced = [" ".join(t) if t[0] in han else t for t in references], [" ".join(t) if t[0] in han else t for t in hypotheses]
    close = [t.replace(" ", "") for t in references], [t.replace(" ", "") for t in hypotheses]
    return {"wer": jiwer.wer(*spaced), "cer": jiwer.cer(*close)}


sets = []
for pool, join in ((words, " "), (list(han), "")):
    for _ in range(3):
        units = [[random.choice(pool) for _ in range(random.randint(4, 30))] for _ in range(4)]
        references = [join.join(u) for u in units]
        hypotheses = [change(u, join) for u in units]
        sets.append(
            {
                "references": references,
                "hypotheses": hypotheses,
                "pairs": [rates([r], [h]) for r, h in zip(references, hypotheses)],
                "all": rates(references, hypotheses),
            }
        )
Path(__file__).with_suffix(".json").write_text(json.dumps(sets, ensure_ascii=False, indent=1) + "\n")
