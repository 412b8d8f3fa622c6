"""What private training spends, by Opacus and by Google's dp-accounting. Writes privacy.json beside this file.

pip install opacus dp-accounting torch
"""
import json
import pathlib

import dp_accounting
import numpy as np
import scipy.special
from dp_accounting import rdp
from opacus.accountants import RDPAccountant
from opacus.accountants.analysis.rdp import compute_rdp
from opacus.accountants.utils import get_noise_multiplier

OPACUS_ORDERS = RDPAccountant.DEFAULT_ALPHAS
# Of real orders dp-accounting 0.6 adds up the alternating series without its signs, which is a bound: whole orders can be compared.
WHOLE_ORDERS = list(range(2, 64)) + [128, 256, 512, 1024]
ORDERS = [1.1, 1.5, 2, 2.7, 4.3, 8, 10.9, 17, 32, 63]
MECHANISMS = [(0.004, 1.3, 3750), (0.01, 0.7, 1000), (0.1, 2.0, 50), (0.5, 4.0, 10), (0.001, 0.4, 20000), (1.0, 10.0, 30)]
DELTA = 1e-5


def google(account):
    accountant = rdp.RdpAccountant(WHOLE_ORDERS, neighboring_relation=dp_accounting.NeighboringRelation.ADD_OR_REMOVE_ONE)
    for rate, noise, steps in account:
        accountant.compose(dp_accounting.PoissonSampledDpEvent(rate, dp_accounting.GaussianDpEvent(noise)), steps)
    return dict(zip(["epsilon", "order"], accountant.get_epsilon_and_optimal_order(DELTA)))


def opacus(account):
    accountant = RDPAccountant()
    accountant.history = [(noise, rate, steps) for rate, noise, steps in account]
    epsilon, order = accountant.get_privacy_spent(delta=DELTA)
    return {"epsilon": float(epsilon), "order": float(order)}


def case(account):
    return {
        "account": [dict(zip(["rate", "noise", "steps"], each)) for each in account],
        "google": {key: float(value) for key, value in google(account).items()},
        "opacus": opacus(account),
    }


golden = {
    "delta": DELTA,
    "opacusOrders": OPACUS_ORDERS,
    "wholeOrders": WHOLE_ORDERS,
    "logErfc": [[x, float(scipy.special.log_ndtr(-x * 2**0.5) + np.log(2))] for x in [-6, -1.5, -0.01, 0, 0.3, 1.99, 2, 5, 30, 200]],
    "renyi": [
        {"rate": rate, "noise": noise, "orders": ORDERS, "values": [float(v) for v in compute_rdp(q=rate, noise_multiplier=noise, steps=1, orders=ORDERS)]}
        for rate, noise, _ in MECHANISMS
    ],
    "accounts": [case([each]) for each in MECHANISMS] + [case(MECHANISMS[:3])],
    "noise": [
        {"epsilon": eps, "rate": rate, "steps": steps, "noise": get_noise_multiplier(target_epsilon=eps, target_delta=DELTA, sample_rate=rate, steps=steps, accountant="rdp", epsilon_tolerance=1e-5)}
        for eps, rate, steps in [(8, 0.01, 1000), (3, 0.02, 500), (1, 0.005, 2000)]
    ],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
