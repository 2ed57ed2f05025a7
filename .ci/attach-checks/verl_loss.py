"""verl's own ppo_loss on CPU tensors with the probe loaded by VERL_USE_EXTERNAL_MODULES.

python verl_loss.py OUT, with VERL_USE_EXTERNAL_MODULES=maspo_probe and MASPO_PROBE_DIR=OUT/stream:
two rounds over two micro-batches with loss_mode vanilla, then with maspo through verl's registry;
the same losses without the probe's wrapper, and the stream's own recomputation.
"""

import os
import sys

import torch
from tensordict import TensorDict

import verl  # noqa: F401  (loads the probe)
from verl.utils import tensordict_utils as tu
from verl.workers.config import ActorConfig, PolicyLossConfig
from verl.workers.utils import losses

import maspo_probe
import stream


def nested(rows):
    return torch.nested.as_nested_tensor(rows, layout=torch.jagged)


def batch(seed, rows=6, vocabulary=50):
    draw = torch.Generator().manual_seed(seed)
    lengths = torch.randint(3, 12, (rows,), generator=draw).tolist()
    prompts = [torch.randint(1, vocabulary, (4,), generator=draw) for _ in range(rows // 2)]
    prompts = [prompts[row // 2] for row in range(rows)]
    responses = [torch.randint(1, vocabulary, (n,), generator=draw) for n in lengths]
    old = [-3 * torch.rand(n, generator=draw) for n in lengths]
    mask = [torch.ones(n, dtype=torch.long) for n in lengths]
    mask[1][0] = 0
    advantage = torch.randn(rows, generator=draw)
    data = TensorDict(
        {
            "prompts": nested(prompts),
            "responses": nested(responses),
            "response_mask": nested(mask),
            "old_log_probs": nested(old),
            "advantages": nested([torch.full((n,), a.item()) for n, a in zip(lengths, advantage)]),
            "rollout_log_probs": nested([each + 0.01 for each in old]),
        },
        batch_size=[rows],
    )
    tu.assign_non_tensor(
        data, dp_size=1, batch_num_tokens=sum(lengths) * 2, global_batch_size=rows * 2)
    # As an engine gives it: one flat row over prompts and responses, shifted by one.
    new = []
    for prompt, each in zip(prompts, old):
        values = each + 0.3 * torch.randn(len(each), generator=draw)
        new.append(torch.cat([torch.zeros(len(prompt) - 1), values, torch.zeros(1)]))
    flat = torch.cat(new).requires_grad_()
    offsets = torch.tensor([0] + [len(each) for each in new]).cumsum(0)
    log_probs = torch.nested.nested_tensor_from_jagged(flat, offsets=offsets)
    entropy = torch.nested.nested_tensor_from_jagged(torch.rand(len(flat), generator=draw), offsets)
    return data, {"log_probs": log_probs, "entropy": entropy}, flat


def config(mode):
    return ActorConfig(
        strategy="fsdp",
        rollout_n=1,
        ppo_micro_batch_size_per_gpu=6,
        use_dynamic_bsz=False,
        policy_loss=PolicyLossConfig(loss_mode=mode),
    )


def main():
    out = sys.argv[1]
    assert getattr(losses.ppo_loss, "maspo_probe", False), "the probe did not wrap ppo_loss"
    mode = os.environ["LOSS_MODE"]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    expected = []
    for step in range(2):
        total = 0.0
        for micro in range(2):
            data, output, flat = batch(10 + micro)
            if step == 1:
                with torch.no_grad():
                    flat.add_(0.05)
            loss, metrics = losses.ppo_loss(config(mode), output, data)
            loss.backward()
            total += loss.item()
            if mode == "maspo":
                from verl.workers.utils.padding import no_padding_2_padding

                log_probs = no_padding_2_padding(output["log_probs"], data)
                columns = ("old_log_probs", "advantages", "response_mask")
                old, advantage, mask = (torch.nested.to_padded_tensor(data[c], 0.0) for c in columns)
                alone = maspo_probe.maspo_loss(
                    log_probs, old, advantage, mask, sigma_base=0.2,
                    denominator=tu.get_non_tensor_data(data, "batch_num_tokens", 1))
                assert abs(alone.item() - loss.item()) < 1e-7, (alone, loss)
                assert "actor/maspo_gate" in metrics and flat.grad.abs().sum() > 0
        expected.append(total)
        optimizer.step()
    probe = maspo_probe._VERL
    assert probe.stream.flush(), "the stream's thread does not answer"
    ranks = stream.read(os.path.join(out, "stream"))
    kinds = [record for record, _, _ in ranks[0]]
    assert "notice" not in kinds, [f for r, _, f in ranks[0] if r == "notice"]
    assert kinds.count("rollout") == 2 and kinds.count("update") == 4 and kinds.count("step") == 2, kinds
    epochs = [fields["epoch"] for record, _, fields in ranks[0] if record == "update"]
    assert epochs == [0, 0, 1, 1], epochs
    rollout = next(tensors for record, tensors, _ in ranks[0] if record == "rollout")
    assert abs(float(rollout["sampler_minus_old"].mean()) - 0.01) < 1e-5
    assert "mask" in rollout and len(set(rollout["group"].tolist())) == 3
    found = stream.steps(ranks)
    for step, total in enumerate(expected, 1):
        off = abs(found[step]["loss"] - total)
        assert off < 1e-6, f"{mode}: step {step}: the stream gives {found[step]['loss']}, verl {total}"
    print(f"verl {verl.__version__}, loss_mode {mode}: 4 micro-batches agree with the stream")


if __name__ == "__main__":
    main()
