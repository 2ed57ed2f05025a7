"""Pause, single steps, a changed σ that acts in the next update, and run, on a real TRL run.

python steering.py POLICY OUT
"""

import json
import os
import shutil
import subprocess
import sys
import time

import stream

HERE = os.path.dirname(os.path.abspath(__file__))


class Run:
    def __init__(self, policy, out, settings, ranks=1):
        self.folder = os.path.join(out, "stream")
        self.count, self.ranks = 0, ranks
        shutil.rmtree(out, ignore_errors=True)
        os.makedirs(self.folder)
        # A line of before the attempt: it must not be taken.
        self.write({"id": "old", "command": "pause"})
        launch = [] if ranks == 1 else [
            "-m", "torch.distributed.run", "--nproc_per_node", str(ranks), "--master_port", "29519"]
        self.process = subprocess.Popen(
            [sys.executable, *launch, os.path.join(HERE, "training.py"), policy, out,
             json.dumps(settings)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def write(self, line):
        with open(os.path.join(self.folder, "control.jsonl"), "a") as file:
            file.write(json.dumps(line) + "\n")

    def records(self, kind, rank=0):
        try:
            ranks = stream.read(self.folder)
        except ValueError:
            return []
        return [fields for record, _, fields in ranks.get(rank, ()) if record == kind]

    def wait(self, what, test, seconds=60):
        end = time.time() + seconds
        while time.time() < end:
            found = test()
            if found:
                return found
            assert self.process.poll() in (None, 0), f"the run ended: {self.process.returncode}"
            time.sleep(0.1)
        raise AssertionError(f"waited {seconds} s for {what}")

    def ask(self, command, **more):
        self.count += 1
        identity = f"check-{self.count}"
        self.write({"id": identity, "attempt": 1, "command": command, **more})
        return self.wait(
            f"an answer to {command}",
            lambda: next((a for a in self.records("control") if a.get("id") == identity), None))

    def steps(self):
        return len(self.records("step"))


def single(policy, out):
    run = Run(policy, out, {
        "steps": 24, "control": True, "maspo": {"sigma_base": 1.0}, "seconds_per_step": 0.1,
        "rewards": ["steps_right"], "config": {"learning_rate": 2e-3}})
    run.wait("the second step", lambda: run.steps() >= 2)
    answer = run.ask("pause")
    assert answer["accepted"] and answer["state"] == "paused", answer
    made = run.steps()
    assert made == answer["step"], (made, answer)
    time.sleep(1.0)
    assert run.steps() == made, "it trained while paused"
    answer = run.ask("step", count=3)
    assert answer["accepted"] and answer["state"] == "stepping", answer
    run.wait("three steps", lambda: run.steps() == made + 3)
    time.sleep(1.0)
    assert run.steps() == made + 3, f"{run.steps() - made} steps instead of three"
    if (made + 3) % 2 == 0:
        # Stop before a second pass over the answers, where ratios are not 1.
        run.ask("step")
        run.wait("one more step", lambda: run.steps() == made + 4)
    refused = run.ask("set", values={"sigma_base": -1})
    assert not refused["accepted"] and "sigma_base" in refused["message"], refused
    refused = run.ask("set", values={"sigma": 1})
    assert not refused["accepted"] and "no setting" in refused["message"], refused
    answer = run.ask("set", values={"sigma_base": 0.05})
    assert answer["accepted"] and answer["knobs"]["sigma_base"] == 0.05, answer
    changed = answer["step"] + 1
    run.write("not an object")
    answer = run.ask("run")
    assert answer["accepted"] and answer["state"] == "running", answer
    assert run.process.wait(120) == 0
    ranks = stream.read(run.folder)
    assert run.records("end")[-1]["reason"] == "finished"
    assert not any(a.get("id") == "old" for a in run.records("control")), "an old line was taken"
    assert any(not a["accepted"] and "id" not in a for a in run.records("control"))
    updates = {f["step"]: f for record, _, f in ranks[0] if record == "update"}
    assert updates[changed - 1]["knobs"]["sigma_base"] == 1.0
    assert updates[changed]["knobs"]["sigma_base"] == 0.05
    steps = stream.steps(ranks)
    off = abs(steps[changed]["loss"] - steps[changed]["own_loss"])
    assert off < 1e-6, f"step {changed}: the loss is not that of the new σ"
    for record, _, fields in ranks[0]:
        if record == "update":
            fields["knobs"] = {**fields["knobs"], "sigma_base": 1.0}
    before = stream.steps(ranks)[changed]
    gap = abs(before["loss"] - before["own_loss"])
    assert gap > 10 * max(off, 1e-9), f"step {changed}: σ made no difference ({gap:.1e})"
    print(f"steering: paused at {made}, three steps, σ in force at {changed} (by {gap:.1e})")


def several(policy, out):
    run = Run(policy, out, {
        "steps": 12, "control": True, "maspo": {"sigma_base": 1.0}, "seconds_per_step": 0.3,
        "rewards": ["steps_right"],
        "config": {"per_device_train_batch_size": 8, "learning_rate": 2e-3}}, ranks=2)
    run.wait("the second step", lambda: run.steps() >= 2, 90)
    answer = run.ask("pause")
    assert not answer["accepted"] and "ranks" in answer["message"], answer
    answer = run.ask("set", values={"sigma_base": 0.05})
    assert answer["accepted"], answer
    assert run.process.wait(120) == 0
    ranks = stream.read(run.folder)
    for rank in (0, 1):
        sigma = {f["step"]: f["knobs"]["sigma_base"] for r, _, f in ranks[rank] if r == "update"}
        assert sigma[answer["step"]] == 1.0 and sigma[answer["step"] + 1] == 0.05, (rank, sigma)
    print(f"steering over two ranks: pause refused, σ in both at step {answer['step'] + 1}")


if __name__ == "__main__":
    single(sys.argv[1], os.path.join(sys.argv[2], "one"))
    several(sys.argv[1], os.path.join(sys.argv[2], "two"))
