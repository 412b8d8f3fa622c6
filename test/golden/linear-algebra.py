"""Reference for test/golden/linear-algebra.json: eigenvalues, singular values, solutions and ranks of small matrices with numpy.
usage: python test/golden/linear-algebra.py   (numpy from PyPI)
"""
import json, pathlib
import numpy as np

rng = np.random.default_rng(5)
orthogonal = np.linalg.qr(rng.normal(size=(6, 6)))[0]
matrices = {
    'random, not symmetric': rng.normal(size=(7, 7)),
    'symmetric': (lambda a: a + a.T)(rng.normal(size=(6, 6))),
    'rotation: all eigenvalues complex': orthogonal,
    'ill conditioned': orthogonal @ np.diag(10.0 ** -np.arange(6)) @ orthogonal[::-1],
    'rank 2': rng.normal(size=(5, 2)) @ rng.normal(size=(2, 5)),
    'tall': rng.normal(size=(9, 4)),
    'wide': rng.normal(size=(3, 8)),
}


def measures(a):
    s = np.linalg.svd(a, compute_uv=False)
    share = s / s.sum()
    share = share[share > 1e-14]
    held = np.cumsum(s ** 2) / np.sum(s ** 2)
    m, n = a.shape
    edge = np.sqrt(np.mean(a ** 2)) * (np.sqrt(m) + np.sqrt(n))
    out = {
        'shape': [m, n],
        'matrix': a.ravel().tolist(),
        'singular': s.tolist(),
        'rank': int(np.linalg.matrix_rank(a)),
        'stableRank': float(np.linalg.norm(a) ** 2 / np.linalg.norm(a, 2) ** 2),
        'effectiveRank': float(np.exp(-np.sum(share * np.log(share)))),
        'half': int(np.argmax(held >= 0.5) + 1),
        'most': int(np.argmax(held >= 0.9) + 1),
        'beyondNoise': int(np.sum(s > edge)),
    }
    if m == n:
        e = np.linalg.eigvals(a)
        out['eigenvalues'] = sorted([[float(x.real), float(x.imag)] for x in e])
        if out['rank'] == n:
            out['b'] = rng.normal(size=n).tolist()
            out['x'] = np.linalg.solve(a, out['b']).tolist()
    return out


path = pathlib.Path(__file__).with_suffix('.json')
path.write_text(json.dumps([{'name': name, **measures(a)} for name, a in matrices.items()], ensure_ascii=False) + '\n')
