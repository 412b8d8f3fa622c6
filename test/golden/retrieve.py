"""Golden values of retrieval: stems of NLTK's Porter (original algorithm), scores of bm25s. `pip install nltk bm25s`."""

import json
from pathlib import Path

import bm25s
import numpy as np
from nltk.stem.porter import PorterStemmer

words = """caresses ponies ties caress cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned
falling hissing fizzed failing filing happy sky relational conditional rational valenci hesitanci digitizer conformabli
radicalli differentli vileli analogousli vietnamization predication operator feudalism decisiveness hopefulness callousness
formaliti sensitiviti sensibiliti triplicate formative formalize electriciti electrical hopeful goodness revival allowance
inference airliner gyroscopic adjustable defensible irritant replacement adjustment dependent adoption homologou communism
activate angulariti homologous effective bowdlerize probate rate cease controll roll controlling flying dying yields eying
generalizations oscillators national university rowed boxes played toys buying syzygy aeroelastic boundaries layers heating
vaporized capitalizing heated similarity studies ionized vibrations dissociation buckling creep shells cylindrical turbulence supersonic hypersonic
""".split()
stemmer = PorterStemmer(mode=PorterStemmer.ORIGINAL_ALGORITHM)
stems = {word: stemmer.stem(word) for word in words}

rng = np.random.default_rng(7)
vocabulary = [f"t{i}" for i in range(30)]
weights = 1 / np.arange(1, 31)
texts = [list(rng.choice(vocabulary, size=rng.integers(3, 40), p=weights / weights.sum())) for _ in range(40)]
# Terms that fewer than half of the texts hold: bm25s takes negative weights for 0.
queries = [list(rng.choice(vocabulary[14:], size=4, replace=False)) for _ in range(6)]
runs = []
for idf, k1, b in [("lucene", 0.9, 0.4), ("lucene", 1.2, 0.75), ("robertson", 1.5, 0.75)]:
    model = bm25s.BM25(method=idf, k1=k1, b=b, dtype="float64")
    model.index(texts, show_progress=False)
    scores = [[float(x) for x in model.get_scores(query)] for query in queries]
    runs.append({"idf": idf, "k1": k1, "b": b, "scores": scores})

out = {"stems": stems, "texts": texts, "queries": queries, "runs": runs}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out) + "\n")
