"""Losses of distillation by PyTorch, in double precision. Writes distillation.json beside this file."""
import json
import pathlib

import torch
from torch.nn.functional import cross_entropy, kl_div, log_softmax, softmax

torch.manual_seed(7)
B, T, V, D, E = 2, 4, 6, 3, 5
STUDENT_STATES, TEACHER_STATES = 3, 5
TEMPERATURE, SHARE = 2.5, 0.3
targets = torch.tensor([[1, 0, 5, 2], [3, 3, -1, -1]])


def numbers(*shape):
    return torch.randn(*shape, dtype=torch.float64).float().double()


student, teacher = 2 * numbers(B * T, V), 2 * numbers(B * T, V)
states, wanted = numbers(STUDENT_STATES, B, T, D), 3 * numbers(TEACHER_STATES, B, T, E)
maps = numbers(STUDENT_STATES, E, D)
counted = targets.flatten() >= 0


def soft(s):
    p, log_q = softmax(teacher / TEMPERATURE, -1), log_softmax(s / TEMPERATURE, -1)
    return TEMPERATURE**2 * kl_div(log_q[counted], p[counted], reduction="batchmean")


def mixed(s):
    return (1 - SHARE) * cross_entropy(s, targets.flatten(), ignore_index=-1) + SHARE * soft(s)


def hidden(s, w):
    loss = 0
    for i, layer in enumerate([0, 2, 4]):
        x, y = (s[i] @ w[i].T).reshape(-1, E)[counted], wanted[layer].reshape(-1, E)[counted]
        loss = loss + ((x - y) ** 2).sum() / (y**2).sum()
    return loss / STUDENT_STATES


def value_and_gradients(f, *xs):
    xs = [x.clone().requires_grad_(True) for x in xs]
    y = f(*xs)
    y.backward()
    return {"value": y.item(), "gradients": [x.grad.flatten().tolist() for x in xs]}


result = {
    "sizes": {"batch": B, "length": T, "vocab": V, "width": D, "teacherWidth": E},
    "temperature": TEMPERATURE, "share": SHARE, "targets": targets.flatten().tolist(),
    "student": student.flatten().tolist(), "teacher": teacher.flatten().tolist(),
    "states": [x.flatten().tolist() for x in states], "wanted": [x.flatten().tolist() for x in wanted],
    "maps": [x.flatten().tolist() for x in maps],
    "soft": value_and_gradients(soft, student), "mixed": value_and_gradients(mixed, student),
    "hidden": value_and_gradients(hidden, states, maps),
}
path = pathlib.Path(__file__).with_name("distillation.json")
path.write_text(json.dumps(json.loads(json.dumps(result), parse_float=lambda x: round(float(x), 12))) + "\n")
