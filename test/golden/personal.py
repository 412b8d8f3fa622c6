"""Check digits of Chinese resident numbers and bank cards by python-stdnum: numbers made at random, half of them with one digit
changed, each with the library's verdict. Writes personal.json beside this file.
usage: python test/golden/personal.py   (python-stdnum 2.2)
"""
import json, pathlib, random
from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

rng = random.Random(7)
counties = ['110101', '310104', '440305', '510104', '650102', '120101', '330106', '420102']


def resident():
    head = rng.choice(counties) + f'{rng.randint(1930, 2012)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(0, 999):03}'
    return head + ric.calc_check_digit(head + '0')


def card():
    head = str(rng.randint(3, 6)) + ''.join(str(rng.randint(0, 9)) for _ in range(rng.choice([12, 14, 15, 18]) - 1))
    return head + luhn.calc_check_digit(head)


def spoil(number):
    at = rng.randrange(6, len(number) - 1)
    return number[:at] + str(rng.randint(0, 9)) + number[at + 1:]


def is_resident(number):
    # NOTE Not `ric.is_valid`: it also asks whether there was such a county in that year.
    try:
        ric.get_birth_date(number)
    except InvalidComponent:
        return False
    return ric.calc_check_digit(number) == number[-1]


def rows(make, is_valid):
    numbers = [make() for _ in range(150)] + [spoil(make()) for _ in range(150)]
    return [[n, is_valid(n)] for n in numbers]


golden = dict(residents=rows(resident, is_resident), cards=rows(card, luhn.is_valid))
path = pathlib.Path(__file__).with_name('personal.json')
path.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
print(path.stat().st_size, {k: sum(v for _, v in rows) for k, rows in golden.items()})
