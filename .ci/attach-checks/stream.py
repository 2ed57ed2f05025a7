"""A second, independent reader of the probe's stream, and what follows from it step by step."""

import glob
import json
import os
import struct
import zlib

import numpy as np

DTYPES = {"U8": "<u1", "U32": "<u4", "U64": "<u8", "F16": "<f2", "F32": "<f4"}


def frames(path):
    """(record, tensors, json) of each good frame of a segment, resynchronizing on the magic."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while (at := data.find(b"MSPF", at)) >= 0 and at + 16 <= len(data):
        length, complement, checksum = struct.unpack_from("<III", data, at + 4)
        payload = data[at + 16 : at + 16 + length]
        whole = length ^ complement == 0xFFFFFFFF and len(payload) == length
        if not whole or zlib.crc32(payload) != checksum:
            at += 4
            continue
        at += 16 + length
        (head,) = struct.unpack_from("<Q", payload)
        header = json.loads(payload[8 : 8 + head])
        about = header.pop("__metadata__")
        assert about["format"] == "maspo-probe" and about["version"] == "1", about
        tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            raw = payload[8 + head + begin : 8 + head + end]
            tensors[name] = np.frombuffer(raw, DTYPES[entry["dtype"]]).reshape(entry["shape"])
        yield about["record"], tensors, json.loads(about["json"])


def read(folder, attempt=None):
    """Records of a folder by rank: {rank: [(record, tensors, json)]}, of the newest attempt."""
    paths = sorted(glob.glob(os.path.join(folder, "rank-*.msp")))
    newest = max(path.split(".")[-3] for path in paths)
    attempt = newest if attempt is None else f"{attempt:04d}"
    ranks = {}
    for path in paths:
        if path.split(".")[-3] == attempt:
            rank = int(os.path.basename(path)[5:10])
            ranks.setdefault(rank, []).extend(frames(path))
    return ranks


def token_loss(objective, values, ratio, log_new, old, advantage):
    if objective in ("grpo", "clip_higher", "dr_grpo"):
        low, high = 1 - values["eps_low"], 1 + values["eps_high"]
        loss = np.maximum(-advantage * ratio, -advantage * np.clip(ratio, low, high))
        if values.get("dual_clip") is not None:
            loss = np.where(advantage < 0, np.minimum(loss, -advantage * values["dual_clip"]), loss)
        return loss
    if objective == "cispo":
        weight = np.clip(ratio, 1 - values["eps_low"], 1 + values["eps_high"])
        return -advantage * weight * log_new
    if objective == "sapo":
        tau = np.where(advantage > 0, values["tau_pos"], values["tau_neg"])
        return -advantage * 4 / tau / (1 + np.exp(-tau * (ratio - 1)))
    if objective == "maspo":
        mass = np.clip(
            values["sigma_base"] * np.exp(-values["alpha"] * old),
            values["sigma_base"], values["sigma_high"],
        )
        risk = np.where(
            advantage > 0,
            1 + values["beta_pos"] * advantage, 1 / (1 - values["beta_neg"] * advantage),
        )
        sigma = mass * np.clip(risk, values["adv_low"], values["adv_high"])
        acts = ((advantage > 0) & (ratio > 1)) | ((advantage < 0) & (ratio < 1))
        gate = np.where(acts, np.exp(-((ratio - 1) ** 2) / (2 * sigma**2)), 1)
        return -advantage * gate * ratio
    return np.full_like(ratio, np.nan)  # An objective that is not recomputed here.


def steps(ranks):
    """One dictionary for each optimizer step: what the stream says, and what follows from it.

    `tokens` are those that enter the loss; without any, entropy and shares are absent.
    """
    answers, result, rewards = {}, {}, {}
    world = len(ranks)
    for rank, records in sorted(ranks.items()):
        run = None
        for record, tensors, fields in records:
            if record == "run":
                run = fields
            elif record == "rollout":
                offsets = np.r_[0, np.cumsum(tensors["length"], dtype=np.int64)]
                ref = next((n for n in ("ref_minus_old", "ref") if n in tensors), None)
                for index, seq in enumerate(tensors["seq"].tolist()):
                    span = slice(offsets[index], offsets[index + 1])
                    whole = not tensors["flags"][index] & 2
                    mask = np.full(span.stop - span.start, whole)
                    if "mask" in tensors and whole:
                        bits = np.unpackbits(tensors["mask"], bitorder="little")
                        mask = bits[span].astype(bool)
                    answers[seq] = {
                        "advantage": tensors["advantage"][index].astype(float),
                        "old": tensors["old"][span].astype(float) if "old" in tensors else None,
                        "ref": tensors[ref][span].astype(float) if ref else None,
                        "mask": mask,
                    }
                if not fields.get("evaluation") and "reward" in tensors:
                    rewards.setdefault(fields["step"] + 1, []).append(tensors["reward"])
            elif record == "update" and not fields.get("evaluation"):
                step = result.setdefault(fields["step"], {"loss": 0.0, "own_loss": 0.0, "micros": {}})
                knobs = {**run["objective"]["values"], **fields.get("knobs", {})}
                micro = step["micros"].setdefault(fields["micro"], [])
                offsets = np.r_[0, np.cumsum(tensors["length"], dtype=np.int64)]
                kind = fields.get("aggregation", run["aggregation"])
                total = 0.0
                for index, seq in enumerate(tensors["seq"].tolist()):
                    answer, span = answers[seq], slice(offsets[index], offsets[index + 1])
                    mask = answer["mask"]
                    if "d" in tensors:
                        log_ratio, old = tensors["d"][span].astype(float), answer["old"]
                    else:
                        old = tensors["new"][span].astype(float)
                        log_ratio = np.zeros_like(old)
                    ratio = np.exp(log_ratio)
                    advantage = np.full_like(ratio, answer["advantage"])
                    loss = token_loss(
                        run["objective"]["name"], knobs, ratio, old + log_ratio, old, advantage)
                    if "correction" in tensors:
                        loss = loss * tensors["correction"][span]
                    if "kl" in run:
                        reference = answer["ref"] + (old if "d" in tensors else 0)
                        gap = reference - (old + log_ratio)
                        kl = (np.exp(gap) - gap - 1) * (ratio if run["kl"].get("times_ratio") else 1)
                        loss = loss + run["kl"]["beta"] * kl
                    row = loss[mask].sum()
                    total += row / max(1, mask.sum()) if kind == "seq-mean-token-mean" else row
                    entropy = tensors["entropy"][span][mask] if "entropy" in tensors else None
                    micro.append((ratio[mask], advantage[mask], entropy))
                step["loss"] += total / fields["denominator"] / world
                step["own_loss"] += float(fields["loss"]) / world
                step["knobs"] = knobs
    for number, step in sorted(result.items()):
        low, high, entropy, cap, values = [], [], [], [], step["knobs"]
        for micro in step.pop("micros").values():
            ratio = np.concatenate([each[0] for each in micro])
            advantage = np.concatenate([each[1] for each in micro])
            if "eps_low" in values and len(ratio):
                low.append(np.mean((ratio < 1 - values["eps_low"]) & (advantage < 0)))
                high.append(np.mean((ratio > 1 + values["eps_high"]) & (advantage > 0)))
            step["tokens"] = step.get("tokens", 0) + len(ratio)
            if micro[0][2] is not None and len(ratio):
                entropy.append(np.concatenate([each[2] for each in micro]).astype(float).mean())
            step["ratio_min"] = min(step.get("ratio_min", np.inf), ratio.min(initial=np.inf))
            step["ratio_max"] = max(step.get("ratio_max", 0), ratio.max(initial=0))
        for name, numbers in (("clip_low", low), ("clip_high", high), ("entropy", entropy)):
            if numbers:
                step[name] = float(np.mean(numbers))
        if number in rewards:
            step["reward"] = float(np.nanmean(np.concatenate(rewards[number])))
    return result
