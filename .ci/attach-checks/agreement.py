"""Whether what a reader says of a run agrees with TRL's own log of it.

python agreement.py OUT [JSON-LINES of maspo attach --json]: without the lines, the independent
reader beside this file is compared.
"""

import json
import math
import os
import sys

import stream

BOUNDS = {"loss": 1e-3, "entropy": 1e-4, "clip_low": 1e-6, "clip_high": 1e-6, "reward": 1e-6}


def trainers_names(kind):
    names = {"loss": "loss", "entropy": "entropy", "reward": "reward"}
    if kind == "cispo":
        names["clip_high"] = "cispo_clip_ratio"
    else:
        names.update(clip_low="clip_ratio/low_mean", clip_high="clip_ratio/high_mean")
    return names


def compare(out, lines, kind, empty, fields=BOUNDS):
    """The largest differences by field; raises AssertionError beyond the bounds.

    In the steps `empty` no token enters the loss: TRL logs 0 for means over nothing, a reader
    leaves them out.
    """
    with open(os.path.join(out, "trl-log.json")) as file:
        log = {line["step"]: line for line in json.load(file) if "loss" in line}
    assert len(log) >= 2, f"{out}: TRL's log has {len(log)} steps"
    assert set(lines) == set(log), f"{out}: steps {sorted(lines)} are not the log's {sorted(log)}"
    worst, compared = {}, {}
    for field, name in trainers_names(kind).items():
        if field not in fields:
            continue
        for step, line in log.items():
            if line.get(name) is None:
                continue
            got = lines[step].get(field)
            if got is None and step in empty and line[name] == 0:
                continue
            assert got is not None, f"{out}: step {step} has no {field}, TRL says {line[name]}"
            off = abs(float(got) - float(line[name]))
            assert off <= BOUNDS[field] and not math.isnan(off), (
                f"{out}: step {step}: {field} is {got}, TRL's {name} is {line[name]}"
            )
            worst[field] = max(worst.get(field, 0.0), off)
            compared[field] = compared.get(field, 0) + 1
    assert compared.get("loss", 2) >= 2 and compared.get("entropy", 0) >= 2, (out, compared)
    return worst


def main():
    out = sys.argv[1]
    ranks = stream.read(os.path.join(out, "stream"))
    run = next(fields for record, _, fields in ranks[0] if record == "run")
    kind = run["objective"]["declared"]["loss_type"]
    own = stream.steps(ranks)
    empty = {number for number, step in own.items() if not step["tokens"]}
    if len(sys.argv) > 2:
        with open(sys.argv[2]) as file:
            lines = {line["step"]: line for line in map(json.loads, file) if "step" in line}
    else:
        lines = own
    fields = dict(BOUNDS)
    if run["objective"]["name"] in ("vespo", "luspo", "gspo") and lines is own:
        del fields["loss"]
    if run["objective"]["name"] not in ("grpo", "clip_higher", "dr_grpo", "cispo"):
        # Shares outside bounds: of an objective that has none, TRL logs none or those of its own.
        fields = {name: bound for name, bound in fields.items() if not name.startswith("clip")}
    worst = compare(out, lines, kind, empty, fields)
    print(f"{os.path.basename(out)}: " + ", ".join(f"{k} {v:.1e}" for k, v in worst.items()))


if __name__ == "__main__":
    main()
