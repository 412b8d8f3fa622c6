"""Golden values of Krippendorff's alpha and Gwet's AC1 for names, from random tables with gaps. `pip install krippendorff irrCAC`."""

import json
import random
from pathlib import Path

import krippendorff
import pandas
from irrCAC.raw import CAC

rng = random.Random(7)
cases = []
for people, items, names, gap, same in [(2, 12, 2, 0.0, 0.6), (3, 15, 3, 0.3, 0.5), (4, 20, 5, 0.5, 0.7), (2, 9, 3, 0.2, 0.0)]:
    truth = [rng.randrange(names) for _ in range(items)]
    rows = [
        [None if rng.random() < gap else value if rng.random() < same else rng.randrange(names) for value in truth]
        for _ in range(people)
    ]
    data = [[float("nan") if value is None else value for value in row] for row in rows]
    alpha = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    # Each row an item, each column a person. An item nobody labelled is none.
    table = pandas.DataFrame(data).T.dropna(how="all")
    ac1 = CAC(table, categories=[float(name) for name in range(names)], digits=14).gwet()["est"]["coefficient_value"]
    cases.append({"rows": rows, "names": names, "alpha": alpha, "ac1": ac1})
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(cases) + "\n")
