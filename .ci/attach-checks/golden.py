"""The probe's torch loss against the golden vectors of MASPO, and against `maspo evaluate`.

python golden.py GOLDEN-FOLDER [MASPO-PROGRAM]: loss and gradient within 1e-12 in float64 and 1e-6
in float32, relative where a number is larger than 1. In float32 the inputs are first rounded to it,
so that what is compared is the arithmetic and not the inputs' rounding: the expected values then
come from `maspo evaluate` on the rounded inputs, which needs the program.
"""

import json
import math
import subprocess
import sys

import numpy as np
import torch

import maspo_probe

AGGREGATIONS = set(maspo_probe.AGGREGATIONS)


def numbers(value, dtype=torch.float64):
    words = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
    if isinstance(value, list):
        return torch.tensor(
            [[words.get(x, x) for x in row] if isinstance(row, list) else words.get(row, row)
             for row in value], dtype=dtype)
    return torch.tensor(words.get(value, value), dtype=dtype)


def difference(got, expected):
    got, expected = got.double().flatten(), expected.double().flatten()
    same = (got == expected) | (torch.isnan(got) & torch.isnan(expected))
    off = (got - expected).abs() / expected.abs().clamp(min=1)
    return torch.where(same, torch.zeros_like(off), off).max().item()


def ours(case, dtype):
    inputs, values = case["inputs"], dict(case["params"])
    aggregation = values.pop("agg", None)
    log_probs = numbers(inputs["logp"], dtype).requires_grad_()
    old, advantage = numbers(inputs["old_logp"], dtype), numbers(inputs["advantage"], dtype)
    if case["kind"] == "token":
        loss, gate = maspo_probe.maspo_token_loss(log_probs, old, advantage, **values)
        loss.sum().backward()
        return {"loss": loss.detach(), "gate": gate, "grad": log_probs.grad}
    mask = numbers(inputs["mask"], dtype)
    loss = maspo_probe.maspo_loss(
        log_probs, old, advantage, mask, aggregation=aggregation, **values)
    loss.backward()
    return {"loss": loss.detach(), "grad": log_probs.grad}


def rounded(case):
    """The case with its numbers rounded to float32, written so that they read back exactly."""
    def each(value):
        if isinstance(value, list):
            return [each(x) for x in value]
        return value if isinstance(value, str) else float(np.float32(value))

    names = ("old_logp", "logp", "advantage")
    inputs = {key: each(value) if key in names else value for key, value in case["inputs"].items()}
    # The settings are rounded too: 0.3 in float32 is another exponent.
    return {**case, "inputs": inputs}


def evaluate(program, cases):
    keep = ("id", "kind", "objective", "params", "inputs")
    request = {"schema": "maspo-evaluate/1", "cases": [{k: c[k] for k in keep} for c in cases]}
    answer = subprocess.run(
        [program, "evaluate"], input=json.dumps(request), capture_output=True, text=True, check=True)
    results = json.loads(answer.stdout)["results"]
    assert all("outputs" in each for each in results), [e for e in results if "error" in e][:3]
    return {each["id"]: each["outputs"] for each in results}


def main():
    with open(f"{sys.argv[1]}/maspo.json") as file:
        cases = [c for c in json.load(file)["cases"] if c["kind"] in ("token", "batch")]
    assert len(cases) >= 10, len(cases)
    worst = {"float64": 0.0, "float32": 0.0, "evaluate": 0.0}
    for case in cases:
        got = ours(case, torch.float64)
        for name in ("loss", "grad") + (("gate",) if case["kind"] == "token" else ()):
            off = difference(got[name], numbers(case["expected"][name]))
            assert off <= 1e-12, f"{case['id']}: {name} is off by {off:.2e} in float64"
            worst["float64"] = max(worst["float64"], off)
    if len(sys.argv) > 2:
        for case, outputs in zip(cases, evaluate(sys.argv[2], cases).values()):
            got = ours(case, torch.float64)
            for name in ("loss", "grad"):
                off = difference(got[name], numbers(outputs[name]))
                assert off <= 1e-12, f"{case['id']}: {name} is off maspo evaluate by {off:.2e}"
                worst["evaluate"] = max(worst["evaluate"], off)
        coarse = [rounded(case) for case in cases]
        answers = evaluate(sys.argv[2], coarse)
        for case in coarse:
            got = ours(case, torch.float32)
            for name in ("loss", "grad"):
                off = difference(got[name], numbers(answers[case["id"]][name]))
                assert off <= 1e-6, f"{case['id']}: {name} is off by {off:.2e} in float32"
                worst["float32"] = max(worst["float32"], off)
    print(f"golden: {len(cases)} cases; " + ", ".join(f"{k} {v:.1e}" for k, v in worst.items()))


if __name__ == "__main__":
    main()
