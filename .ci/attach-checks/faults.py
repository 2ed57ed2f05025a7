"""Runs with a fault made on purpose: the stream must carry the evidence, and maspo its verdict.

python faults.py POLICY OUT [MASPO-PROGRAM]
"""

import json
import os
import re
import subprocess
import sys

import numpy as np

import stream

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = {"per_device_train_batch_size": 16}


def records(folder, kind):
    return [
        (tensors, fields)
        for entries in stream.read(folder).values()
        for record, tensors, fields in entries
        if record == kind
    ]


def ratios_one(folder):
    runs, updates = records(folder, "run"), records(folder, "update")
    assert runs[-1][1]["old"] == "detached" and all("d" not in t for t, _ in updates)
    assert all(abs(f["loss"]) < 1e-6 for _, f in updates)


def all_truncated(folder):
    flags = np.concatenate([t["flags"] for t, _ in records(folder, "rollout")])
    assert (flags & 3 == 3).all(), "not every answer is flagged truncated and masked"
    ids = records(folder, "rollout")[0][0]
    assert len(ids["ids"]) == ids["length"].sum() > 0, "the masked tokens are not in the stream"


def groups_equal(folder):
    for tensors, _ in records(folder, "rollout"):
        for group in np.unique(tensors["group"]):
            assert np.ptp(tensors["reward"][tensors["group"] == group]) == 0


def reward_still(folder):
    rewards = np.concatenate([t["rewards"] for t, _ in records(folder, "rollout")])
    spread = np.ptp(rewards, axis=0)
    names = records(folder, "rollout")[0][1]["rewards"]
    assert spread[names.index("always_the_same")] == 0 and spread.max() > 0


def sampler_constant(folder):
    gap = np.concatenate([t["sampler_minus_old"] for t, _ in records(folder, "rollout")])
    assert abs(gap.mean() - 0.05) < 1e-5 and gap.std() < 1e-5


def sampler_noise(folder):
    gap = np.concatenate([t["sampler_minus_old"] for t, _ in records(folder, "rollout")])
    assert abs(gap.mean()) < 0.02 and abs(gap.std() - 0.2) < 0.02


def nan_in_a_rank(folder):
    bad = [f for _, f in records(folder, "update") if "first_bad" in f]
    first = min(bad, key=lambda fields: fields["step"])
    assert first["step"] == 3 and first["first_bad"]["token"] == 2, first
    assert first["first_bad"]["seq"] >> 40 == 1, "it was rank 1 that had it"


# Name, settings, ranks, what the stream must show, what maspo's verdict must say.
FAULTS = [
    (ratios_one, {"config": {"num_iterations": 1}}, 1, r"ratio.*by construction"),
    (
        all_truncated,
        {"config": {"max_completion_length": 12, "mask_truncated_completions": True}},
        1,
        r"16 of 16 answers were cut off",
    ),
    (groups_equal, {"rewards": ["always_the_same"]}, 1, r"all 2 groups have equal rewards"),
    (reward_still, {"rewards": ["steps_right", "always_the_same"]}, 1, r"reward 'always_the_same' was"),
    (sampler_constant, {"fault": "sampler_constant"}, 1, r"the same shift at most tokens"),
    (sampler_noise, {"fault": "sampler_noise"}, 1, r"nats over 384 tokens: noise"),
    (nan_in_a_rank, {"fault": "nan"}, 2, r"not finite: step 3, rank 1"),
]


def main():
    policy, out = sys.argv[1:3]
    program = sys.argv[3] if len(sys.argv) > 3 else None
    for check, settings, ranks, verdict in FAULTS:
        folder = os.path.join(out, check.__name__)
        config = {**SMALL, **settings.get("config", {})}
        settings = {"rewards": ["steps_right"], "steps": 6, **settings, "config": config}
        launch = [] if ranks == 1 else [
            "-m", "torch.distributed.run", "--nproc_per_node", str(ranks), "--master_port", "29521"]
        script = os.path.join(HERE, "training.py")
        done = subprocess.run(
            [sys.executable, *launch, script, policy, folder, json.dumps(settings)],
            capture_output=True, text=True)
        assert done.returncode == 0 or "nan" in check.__name__, done.stderr[-2000:]
        check(os.path.join(folder, "stream"))
        said = ""
        if program is not None:
            said = subprocess.run(
                [program, "attach", os.path.join(folder, "stream"), "--plain"],
                capture_output=True, text=True, timeout=120, check=True).stdout
            found = re.search(rf"(?m)^! step \d+: .*{verdict}", said)
            assert found, f"{check.__name__}: no verdict matches {verdict!r} in:\n{said[-3000:]}"
            line = next(each for each in said.splitlines() if re.search(verdict, each))
            said = ": " + line.strip()[:150]
        print(f"fault {check.__name__} shown{said}", flush=True)


if __name__ == "__main__":
    main()
