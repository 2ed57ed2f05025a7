"""One small GRPOTrainer run on the CPU, with the probe or without.

python training.py POLICY OUT ['{"setting": value, …}']: the policy is a folder of `maspo export`;
OUT gets stream/, trl-log.json (TRL's own log, one object a step) and digest.txt.
"""

import hashlib
import json
import os
import random
import sys
import time

import torch

torch.set_num_threads(1)

from datasets import Dataset  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback, set_seed  # noqa: E402
from trl import GRPOConfig, GRPOTrainer  # noqa: E402

import maspo_probe  # noqa: E402

OPERATIONS = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}


def prompts(count, seed):
    draw = random.Random(seed)
    return [
        str(draw.randrange(10))
        + "".join(draw.choice("+-*") + str(draw.randrange(10)) for _ in range(4))
        + "="
        for _ in range(count)
    ]


def solution(prompt):
    """What the chain task asks for: every step from left to right modulo 10, written down."""
    value, steps = int(prompt[0]), []
    for index in range(1, len(prompt) - 1, 2):
        sign, right = prompt[index], int(prompt[index + 1])
        result = OPERATIONS[sign](value, right) % 10
        steps.append(f"{value}{sign}{right}={result}")
        value = result
    return ";".join(steps)


def clean(text):
    return text.replace(" ", "")


def verifier(prompts, completions, **_):
    return [
        float(clean(answer) == solution(clean(prompt)))
        for prompt, answer in zip(prompts, completions)
    ]


def steps_right(prompts, completions, **_):
    """The share of the steps that are right: it varies where the verifier does not."""
    shares = []
    for prompt, answer in zip(prompts, completions):
        right = solution(clean(prompt)).split(";")
        given = clean(answer).split(";")
        shares.append(sum(a == b for a, b in zip(right, given)) / len(right))
    return shares


def always_the_same(prompts, **_):
    return [0.5] * len(prompts)


REWARDS = {each.__name__: each for each in (verifier, steps_right, always_the_same)}

DEFAULTS = {
    "steps": 16,
    "seed": 3,
    "probe": True,
    "control": False,
    "sum_sq": True,
    "maspo": None,
    "rewards": ["verifier"],
    "fault": None,
    "evaluate": False,
    "prompts": 64,
    "seconds_per_step": 0.0,
    "config": {},
}


def settings_for(out, settings):
    config = {
        "output_dir": os.path.join(out, "trainer"),
        "per_device_train_batch_size": 32,
        "gradient_accumulation_steps": 1,
        "num_generations": 8,
        "num_iterations": 2,
        "max_completion_length": 28,
        "learning_rate": 2e-3,
        "lr_scheduler_type": "constant",
        "max_steps": settings["steps"],
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": [],
        "use_cpu": True,
        "disable_tqdm": True,
        "seed": settings["seed"],
        "temperature": 1.0,
        "beta": 0.0,
        "bf16": False,
        "gradient_checkpointing": False,
        "dataloader_num_workers": 0,
    }
    config.update(settings["config"])
    return GRPOConfig(**config)


class TrainersLog(TrainerCallback):
    def __init__(self, out):
        self.lines, self.out = [], out

    def on_log(self, args, state, control, logs=None, **named):
        self.lines.append({"step": state.global_step, **{k: v for k, v in logs.items()}})
        if state.is_world_process_zero:
            with open(os.path.join(self.out, "trl-log.json"), "w") as file:
                json.dump(self.lines, file)


class Slow(TrainerCallback):
    def __init__(self, seconds):
        self.seconds = seconds

    def on_step_end(self, *_, **__):
        time.sleep(self.seconds)


def commit_fault(trainer, settings, rank):
    """Faults made on purpose; they stand where a user's own mistake or engine would."""
    fault = settings["fault"]
    if fault in ("sampler_constant", "sampler_noise"):
        # As if vLLM had sampled: its log-probabilities with the trainer's, off by a constant
        # (what top_p does to tokens it keeps) or by noise (another precision).
        generate = trainer._generate_and_score_completions

        def with_sampler(inputs):
            output = generate(inputs)
            old = output["old_per_token_logps"]
            off = torch.full_like(old, 0.05)
            if fault == "sampler_noise":
                off = 0.2 * torch.randn(old.shape, generator=torch.Generator().manual_seed(1))
            output["sampling_per_token_logps"] = (old + off) * output["completion_mask"]
            return output

        trainer._generate_and_score_completions = with_sampler
    if fault == "nan":
        # The last rank's head gives NaN for one token of its third update.
        compute = trainer._get_per_token_logps_and_entropies
        calls = {"count": 0}

        def with_nan(*arguments, **named):
            log_probs, *rest = compute(*arguments, **named)
            if torch.is_grad_enabled():
                calls["count"] += 1
                if calls["count"] == 3 and rank == trainer.accelerator.num_processes - 1:
                    log_probs = log_probs.clone()
                    log_probs[1, 2] = float("nan")
            return log_probs, *rest

        trainer._get_per_token_logps_and_entropies = with_nan


def digest(model):
    sha = hashlib.sha256()
    for name, parameter in sorted(model.named_parameters()):
        sha.update(name.encode())
        sha.update(parameter.detach().contiguous().numpy().tobytes())
    return sha.hexdigest()


def run(policy, out, settings):
    settings = {**DEFAULTS, **settings}
    os.makedirs(out, exist_ok=True)
    set_seed(settings["seed"])
    model = AutoModelForCausalLM.from_pretrained(policy, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(policy, padding_side="left")
    data = Dataset.from_dict({"prompt": prompts(settings["prompts"], settings["seed"])})
    trainer = GRPOTrainer(
        model=model,
        args=settings_for(out, settings),
        reward_funcs=[REWARDS[name] for name in settings["rewards"]],
        train_dataset=data,
        eval_dataset=data.select(range(4)) if settings["evaluate"] else None,
        processing_class=tokenizer,
    )
    rank = trainer.accelerator.process_index
    commit_fault(trainer, settings, rank)
    maspo = settings["maspo"]
    objective = None if maspo is None else maspo_probe.MASPO(**maspo)
    if settings["probe"]:
        maspo_probe.trl(
            trainer,
            os.path.join(out, "stream"),
            objective=objective,
            control=settings["control"],
            sum_sq=settings["sum_sq"],
        )
    trainer.add_callback(TrainersLog(out))
    if settings["seconds_per_step"]:
        trainer.add_callback(Slow(settings["seconds_per_step"]))
    began = time.time()
    trainer.train()
    if rank == 0:
        with open(os.path.join(out, "digest.txt"), "w") as file:
            file.write(digest(trainer.model) + "\n")
        print(f"{settings['steps']} steps in {time.time() - began:.1f} s")


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]) if len(sys.argv) > 3 else {})
