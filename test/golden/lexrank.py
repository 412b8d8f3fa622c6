"""Golden values of LexRank: PageRank of networkx over cosines of tf · ln(1 + N / df), plain and biased. `pip install networkx numpy scipy`."""

import json
from pathlib import Path

import networkx as nx
import numpy as np

# The terms of sentences, as numbers; the last shares none with the others.
sentences = [
    [0, 1, 2, 3],
    [1, 2, 4, 4, 5],
    [0, 2, 6, 7],
    [3, 5, 7, 8, 8, 8],
    [2, 1, 0, 9],
    [6, 4, 10],
    [11, 12],
]
topic = [0.0, 0.3, 0.0, 0.9, 0.1, 0.0, 0.0]
terms = 1 + max(max(s) for s in sentences)
holders = [sum(t in s for s in sentences) for t in range(terms)]
matrix = np.array([[s.count(t) * np.log(1 + len(sentences) / holders[t]) for t in range(terms)] for s in sentences])
matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
cosines = matrix @ matrix.T
np.fill_diagonal(cosines, 0)
graph = nx.from_numpy_array(cosines)


def rank(alpha, personalization=None):
    shares = None if personalization is None else dict(enumerate(personalization))
    found = nx.pagerank(graph, alpha=alpha, personalization=shares, tol=1e-12, max_iter=1000)
    return [round(found[i], 9) for i in range(len(sentences))]


path = Path(__file__).with_suffix(".json")
golden = {"sentences": sentences, "topic": topic, "plain": rank(0.85), "biased": rank(0.5, topic)}
path.write_text(json.dumps(golden) + "\n")
