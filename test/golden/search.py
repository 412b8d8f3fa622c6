"""Posteriors of Gaussian processes with a Matérn 5/2 kernel by scikit-learn, expected improvement by scipy: search.json.
usage: python test/golden/search.py   (scikit-learn 1.9, scipy)
"""
import json, pathlib
import numpy as np
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

rng = np.random.default_rng(7)


def case(n, d, lengths, variance, noise):
    points, asked = rng.random((n, d)), rng.random((4, d))
    values = np.sin(5 * points).sum(1) + 0.1 * rng.standard_normal(n)
    kernel = ConstantKernel(variance) * Matern(length_scale=lengths, nu=2.5)
    process = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(points, values)
    mean, deviation = process.predict(asked, return_std=True)
    best = float(values.max())
    z = (mean - best) / deviation
    return dict(points=points.tolist(), values=values.tolist(), asked=asked.tolist(), lengths=lengths, variance=variance, noise=noise,
                logLikelihood=float(process.log_marginal_likelihood_value_), mean=mean.tolist(), deviation=deviation.tolist(), best=best,
                improvement=((mean - best) * norm.cdf(z) + deviation * norm.pdf(z)).tolist())


zs = [-12, -6, -3.1, -3, -2.9, -1, -0.1, 0, 0.3, 2, 2.999, 3.001, 5, 9]
golden = dict(processes=[case(6, 1, [0.3], 1.5, 1e-6), case(12, 3, [0.2, 0.7, 2.5], 0.8, 0.01), case(2, 2, [0.5, 0.5], 1.0, 0.3)],
              normal=[[z, float(norm.cdf(z))] for z in zs])
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps(golden) + '\n')
