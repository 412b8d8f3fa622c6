"""Golden values of Krippendorff's alpha for names, from random tables with gaps. `pip install krippendorff`."""

import json
import random
from pathlib import Path

import krippendorff

rng = random.Random(7)
cases = []
for people, items, names, gap, same in [(2, 12, 2, 0.0, 0.6), (3, 15, 3, 0.3, 0.5), (4, 20, 5, 0.5, 0.7), (2, 9, 3, 0.2, 0.0)]:
    truth = [rng.randrange(names) for _ in range(items)]
    rows = [
        [None if rng.random() < gap else value if rng.random() < same else rng.randrange(names) for value in truth]
        for _ in range(people)
    ]
    data = [[float("nan") if value is None else value for value in row] for row in rows]
    cases.append({"rows": rows, "alpha": krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")})
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(cases) + "\n")
