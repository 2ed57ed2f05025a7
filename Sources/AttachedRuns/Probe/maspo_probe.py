"""Look inside a running TRL or verl training with `maspo attach DIR`, and train by MASPO there.

TRL:    import maspo_probe; maspo_probe.trl(trainer, "runs/mine")        # before trainer.train()
MASPO:  maspo_probe.trl(trainer, "runs/mine", objective=maspo_probe.MASPO(sigma_base=0.2))
Steer:  maspo_probe.trl(trainer, "runs/mine", control=True)       # pause, step, run, knobs
verl:   export PYTHONPATH=<this folder> VERL_USE_EXTERNAL_MODULES=maspo_probe MASPO_PROBE_DIR=runs/mine
        (on every node, before `ray start`); MASPO there: actor.policy_loss.loss_mode=maspo,
        its settings in MASPO_PROBE_SET="sigma_base=0.2,alpha=0.5"; steering: MASPO_PROBE_CONTROL=1
Alone:  loss = maspo_probe.maspo_loss(log_probs, old_log_probs, advantages, mask)
It needs torch and numpy, and never stops, slows or changes a run: what does not fit its queue is
dropped and counted, its own errors are said once. The stream's format: ProbeStream.md of maspo.
"""

import atexit
import importlib.abc
import importlib.machinery
import json
import math
import os
import queue
import socket
import struct
import sys
import threading
import time
import zlib

import numpy as np
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

__version__ = "1.0"
__all__ = ["MASPO", "maspo_loss", "maspo_token_loss", "trl"]

# ------------------------------------------------------------------------------------------ MASPO

LOG_RATIO_LIMIT = 20.0

AGGREGATIONS = (
    "token-mean",
    "seq-mean-token-sum",
    "seq-mean-token-mean",
    "seq-mean-token-sum-norm",
)


class MASPO:
    """The settings of MASPO (mass-adaptive soft policy optimization), checked.

    The gate of a token with advantage A, old probability π and ratio ρ is
    F = exp(−(ρ−1)²/2σ²) where A > 0 and ρ > 1, or A < 0 and ρ < 1, and 1 elsewhere, with
    σ = clamp(sigma_base/π^alpha, sigma_base, sigma_high)
        · clamp(1 + beta_pos·A or 1/(1 − beta_neg·A), adv_low, adv_high).
    None as a limit means no limit.
    """

    DEFAULTS = {
        "sigma_base": 1.0,
        "alpha": 0.3,
        "sigma_high": 10.0,
        "adv_low": 0.1,
        "adv_high": 10.0,
        "beta_pos": 0.03,
        "beta_neg": 0.03,
    }
    LIMITS = ("sigma_high", "adv_low", "adv_high")

    def __init__(self, **values):
        self.values = dict(self.DEFAULTS)
        self.set(values)

    def set(self, values):
        """Replaces `values` (names and numbers) all or none; raises ValueError with the reason."""
        merged = dict(self.values)
        for name, value in values.items():
            if name not in self.DEFAULTS:
                raise ValueError(
                    f"MASPO has no setting {name!r}; it has {', '.join(self.DEFAULTS)}"
                )
            if value is None and name in self.LIMITS:
                merged[name] = None
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"{name} is {value!r}; it must be a number")
            value = float(value)
            least = -math.inf if name == "alpha" else 0.0
            if not math.isfinite(value) or value < least:
                raise ValueError(f"{name} is {value}; it must be finite and at least {least:g}")
            if name in ("sigma_base", "sigma_high") and value == 0:
                raise ValueError(f"{name} is 0; it must be more")
            merged[name] = value
        self.values = merged

    def token_loss(self, log_probs, old_log_probs, advantages):
        return maspo_token_loss(log_probs, old_log_probs, advantages, **self.values)


def _clamped(x, least, most):
    return x if least is None and most is None else torch.clamp(x, min=least, max=most)


def maspo_token_loss(
    log_probs,
    old_log_probs,
    advantages,
    *,
    sigma_base=1.0,
    alpha=0.3,
    sigma_high=10.0,
    adv_low=0.1,
    adv_high=10.0,
    beta_pos=0.03,
    beta_neg=0.03,
):
    """The loss L = −A·F·ρ of each token, and its gate F, both of the shape of `log_probs`.

    `advantages` has that shape too, or [B] or [B, 1]. F and σ are constants for differentiation;
    the log-ratio is clamped to ±20, where the gradient ends. float16 and bfloat16 are computed in
    float32.
    """
    if log_probs.dtype in (torch.float16, torch.bfloat16):
        log_probs = log_probs.float()
    old = old_log_probs.detach().to(log_probs.dtype)
    advantages = advantages.detach().to(log_probs.dtype)
    if advantages.dim() == log_probs.dim() - 1:
        advantages = advantages.unsqueeze(-1)
    ratio = torch.exp(torch.clamp(log_probs - old, -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT))
    with torch.no_grad():
        if alpha == 0:
            width = min(sigma_base, sigma_base if sigma_high is None else sigma_high)
            mass = torch.full_like(old, width)
        else:
            mass = sigma_base * torch.exp(-alpha * old)
            if sigma_high is not None:
                mass = torch.clamp(mass, sigma_base, sigma_high)
        positive = advantages > 0
        risk = torch.where(
            positive,
            _clamped(1 + beta_pos * advantages, adv_low, adv_high),
            _clamped(1 / (1 - beta_neg * advantages), adv_low, adv_high),
        )
        distance = (ratio - 1) / (mass * risk)
        active = (positive & (ratio > 1)) | ((advantages < 0) & (ratio < 1))
        gate = torch.where(active, torch.exp(-0.5 * distance * distance), 1.0)
    return -advantages * gate * ratio, gate


def aggregate(token_loss, mask, aggregation="token-mean", denominator=None):
    """One number of the losses [B, T] of tokens: Σ over what the mask keeps, divided.

    Without `denominator` it is the number of kept tokens, of rows with a kept token, or T. What the
    mask leaves out is not multiplied but selected away, so that a NaN there does no harm.
    """
    if aggregation not in AGGREGATIONS:
        raise ValueError(f"aggregation is {aggregation!r}; it is one of {', '.join(AGGREGATIONS)}")
    mask = torch.ones_like(token_loss, dtype=torch.bool) if mask is None else mask.bool()
    kept = torch.where(mask, token_loss, torch.zeros_like(token_loss))
    counts = mask.sum(-1)
    if aggregation == "token-mean":
        total, default = kept.sum(), counts.sum().clamp(min=1)
    elif aggregation == "seq-mean-token-sum-norm":
        total, default = kept.sum(), mask.shape[-1]
    else:
        total, default = kept.sum(-1), (counts > 0).sum().clamp(min=1)
        if aggregation == "seq-mean-token-mean":
            total = total / (counts.to(total.dtype) + 1e-8)
        total = total.sum()
    return total / (default if denominator is None else denominator)


def maspo_loss(
    log_probs,
    old_log_probs,
    advantages,
    mask=None,
    *,
    aggregation="token-mean",
    denominator=None,
    **values,
):
    """MASPO's loss, one number to minimize.

    `log_probs` [B, T] with gradient, `old_log_probs` [B, T] those of the policy that sampled,
    `advantages` [B], [B, 1] or [B, T], `mask` [B, T] true where a token counts. `values` are the
    settings of `MASPO`.
    """
    loss, _ = MASPO(**values).token_loss(log_probs, old_log_probs, advantages)
    return aggregate(loss, mask, aggregation, denominator)


# ----------------------------------------------------------------------------------- the stream

MAGIC = b"MSPF"
SEGMENT_BYTES = 64 << 20
KEEP_BYTES = 4 << 30
QUEUE_BYTES = 512 << 20
QUEUE_JOBS = 256
FRAME_LIMIT = 256 << 20
HALF_ABOVE = 65_536

TRUNCATED, MASKED, EVALUATION = 1, 2, 4

_DTYPES = {
    np.dtype(np.uint8): "U8",
    np.dtype(np.uint32): "U32",
    np.dtype(np.uint64): "U64",
    np.dtype(np.float16): "F16",
    np.dtype(np.float32): "F32",
}


def _plain(value):
    """What JSON can hold of a value: numbers that are not finite become words."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, torch.Tensor):
        value = value.item() if value.numel() == 1 else str(tuple(value.shape))
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _known(values):
    return {key: value for key, value in values.items() if value is not None}


def _safetensors(record, tensors, fields):
    header = {
        "__metadata__": {
            "format": "maspo-probe",
            "version": "1",
            "record": record,
            "json": json.dumps(_plain(fields), allow_nan=False, ensure_ascii=True),
        }
    }
    parts, offset = [], 0
    for name, array in tensors.items():
        data = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": _DTYPES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + len(data)],
        }
        parts.append(data)
        offset += len(data)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return b"".join([struct.pack("<Q", len(head)), head, *parts])


class _Host:
    """Copies of tensors on the host: asynchronous from a GPU, ready once `ready()` returned."""

    def __init__(self, **tensors):
        self._copies, self._event = {}, None
        self.bytes = 0
        for name, tensor in tensors.items():
            if tensor is None:
                continue
            tensor = tensor.detach()
            if tensor.device.type == "cuda":
                copy = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
                copy.copy_(tensor, non_blocking=True)
                self._event = self._event or torch.cuda.Event()
            else:
                copy = tensor.to("cpu", copy=True)
            self._copies[name] = copy
            self.bytes += copy.numel() * copy.element_size()
        if self._event is not None:
            self._event.record()

    def ready(self):
        if self._event is not None:
            self._event.synchronize()
            self._event = None
        return self

    def __contains__(self, name):
        return name in self._copies

    def __getitem__(self, name):
        tensor = self._copies[name]
        return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()


def _ragged(array, lengths):
    """The first `lengths[i]` of each row, one after another; a [B, 1] array is spread first."""
    width = int(lengths.max()) if len(lengths) else 0
    array = np.broadcast_to(array, (len(lengths), width)) if array.shape[1] == 1 else array
    return array[:, :width][np.arange(width) < lengths[:, None]]


class Stream:
    """Writes one rank's part of a folder from a thread of its own. It never raises and never waits."""

    def __init__(self, directory, rank, world, precision="auto", keep_bytes=KEEP_BYTES):
        self.directory, self.rank, self.world = os.path.abspath(directory), rank, world
        self.precision, self.keep_bytes = precision, keep_bytes
        self.started = time.time()
        self.dropped = 0
        self.run = {}
        self.tokenizer = None
        self._frames, self._segment, self._size = 0, -1, 0
        self._known_tokens, self._said = set(), set()
        self._pending, self._lock = 0, threading.Lock()
        self._jobs = queue.Queue()
        self._process, self._ended = os.getpid(), False
        try:
            os.makedirs(self.directory, exist_ok=True)
            mine = [name for name in os.listdir(self.directory) if name.startswith(self._prefix())]
            self.attempt = 1 + max([_attempt_of(name) for name in mine], default=0)
        except OSError as error:
            self.attempt = 1
            self.say("folder", f"cannot use {self.directory}: {error}; nothing is recorded")
        self._thread = threading.Thread(target=self._write_all, name="maspo-probe", daemon=True)
        self._thread.start()
        atexit.register(self.end, "exit")

    def _prefix(self):
        return f"rank-{self.rank:05d}."

    # The main thread's side.

    def submit(self, job, size=0):
        """Queues `job`, a function that yields (record, tensors, fields), or drops it."""
        with self._lock:
            if self._pending + size > QUEUE_BYTES or self._jobs.qsize() >= QUEUE_JOBS:
                self.dropped += 1
                return
            self._pending += size
        self._jobs.put((job, size))

    def put(self, record, fields, tensors=None):
        self.submit(lambda: [(record, tensors or {}, fields)])

    def set_run(self, fields):
        """What the run is, from now on: written now and first in every segment."""

        def change():
            self.run = fields
            if self._segment >= 0:
                yield "run", {}, self._run_fields()

        self.submit(change)

    def say(self, key, text, level="error"):
        """A notice, once for each key, on standard error and in the stream."""
        if key in self._said:
            return
        self._said.add(key)
        if self.rank == 0 or level == "error":
            print(f"maspo_probe: {text}", file=sys.stderr, flush=True)
        if hasattr(self, "_thread"):
            self.put("notice", {"text": text, "level": level})

    def failed(self, where):
        """Reports the exception now handled, once for each place."""
        error = sys.exc_info()[1]
        self.say(where, f"{where}: {type(error).__name__}: {error}; the run goes on without it")

    def flush(self, seconds=10.0):
        done = threading.Event()
        self._jobs.put((lambda: done.set() or (), 0))
        return done.wait(seconds)

    def end(self, reason, message=None, step=None):
        if os.getpid() != self._process or (self._ended and reason == "exit"):
            return
        self._ended = True
        fields = _known({"reason": reason, "message": message, "step": step})
        self.submit(lambda: [("end", {}, {**fields, "dropped": self.dropped})])
        self.flush()

    # The thread's side.

    def _write_all(self):
        while True:
            job, size = self._jobs.get()
            try:
                for record, tensors, fields in job() or ():
                    self._write(record, tensors, fields)
            except OSError as error:
                self._lose()
                self.say("write", f"cannot write to {self.directory}: {error}")
            except Exception:
                self._lose()
                self.failed("recording")
            finally:
                with self._lock:
                    self._pending -= size

    def _lose(self):
        with self._lock:
            self.dropped += 1

    def _run_fields(self):
        return {
            **self.run,
            "probe": __version__,
            "attempt": self.attempt,
            "rank": self.rank,
            "world": self.world,
            "segment": self._segment,
            "started": self.started,
            "host": socket.gethostname(),
            "pid": os.getpid(),
        }

    def _write(self, record, tensors, fields):
        if self._segment < 0 or self._size >= SEGMENT_BYTES:
            self._segment, self._size = self._segment + 1, 0
            self._known_tokens.clear()
            self._forget_oldest()
            self._append("run", {}, self._run_fields())
        for ids in ("prompt_ids", "ids"):
            if ids in tensors:
                self._write_pieces(tensors[ids])
        self._append(record, tensors, fields)

    def _append(self, record, tensors, fields):
        fields = {**fields, "frame": self._frames + self.dropped, "time": time.time()}
        payload = _safetensors(record, tensors, fields)
        length = len(payload)
        if length > FRAME_LIMIT:
            self._lose()
            self.say("large", f"a record of {length} bytes is larger than a frame may be")
            return
        frame = MAGIC + struct.pack("<III", length, length ^ 0xFFFFFFFF, zlib.crc32(payload))
        name = f"{self._prefix()}{self.attempt:04d}.{self._segment:06d}.msp"
        # O_NONBLOCK: a file that was replaced by a FIFO is an error, not a wait.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.open(os.path.join(self.directory, name), flags, 0o644)
        try:
            rest = memoryview(frame + payload)
            while rest:
                rest = rest[os.write(file, rest) :]
        finally:
            os.close(file)
        self._frames += 1
        self._size += len(frame) + length

    def _forget_oldest(self):
        mine = sorted(
            (entry for entry in os.scandir(self.directory) if entry.name.startswith(self._prefix())),
            key=lambda entry: entry.name,
        )
        total = sum(entry.stat().st_size for entry in mine)
        for entry in mine:
            if total <= self.keep_bytes:
                break
            total -= entry.stat().st_size
            os.unlink(entry.path)

    def _write_pieces(self, ids):
        if self.tokenizer is None:
            return
        new = [token for token in np.unique(ids).tolist() if token not in self._known_tokens]
        if not new:
            return
        self._known_tokens.update(new)
        special = set(getattr(self.tokenizer, "all_special_ids", ()))
        pieces = [_piece(self.tokenizer, token) for token in new]
        self._append(
            "pieces",
            {
                "ids": np.array(new, np.uint32),
                "length": np.array([len(piece) for piece in pieces], np.uint32),
                "bytes": np.frombuffer(b"".join(pieces), np.uint8),
                "special": np.array([token in special for token in new], np.uint8),
            },
            {},
        )

    def real(self, array):
        """Numbers of tokens as they are written: F16 where there are many, F32 where few."""
        half = self.precision == "f16" or (self.precision == "auto" and array.size > HALF_ABOVE)
        with np.errstate(over="ignore"):
            return array.astype(np.float16 if half else np.float32)


def _attempt_of(name):
    parts = name.split(".")
    return int(parts[1]) if len(parts) == 4 and parts[1].isdigit() else 0


def _byte_level():
    """The characters by which byte-level tokenizers write the 256 bytes (GPT-2's table)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    table = {chr(byte): byte for byte in shown}
    table.update({chr(256 + index): byte for index, byte in enumerate(hidden)})
    return table


_BYTES = _byte_level()


def _piece(tokenizer, token):
    """The bytes that a token stands for; empty if the tokenizer does not know it."""
    try:
        text = tokenizer.convert_ids_to_tokens(token)
        if text is None:
            return b""
        decoder = repr(getattr(getattr(tokenizer, "backend_tokenizer", None), "decoder", None))
        if "ByteLevel" in decoder and all(character in _BYTES for character in text):
            return bytes(_BYTES[character] for character in text)
        if len(text) == 6 and text.startswith("<0x") and text.endswith(">"):
            return bytes([int(text[3:5], 16)])
        if "\u2581" in text:
            return text.replace("\u2581", " ").encode()
        return (tokenizer.decode([token]) or text).encode(errors="replace")
    except Exception:
        return b""


def _rollout_record(stream, host, fields, flags=0, prompts=None):
    """The tensors of a rollout, from padded [B, T] copies on the host."""
    lengths = host["length"].astype(np.int64)
    tensors = {
        "seq": host["seq"].astype(np.uint64),
        "length": lengths.astype(np.uint32),
        "ids": _ragged(host["ids"], lengths).astype(np.uint32),
    }
    mask = _ragged(host["mask"], lengths) != 0
    kept = np.add.reduceat(np.r_[mask, False], np.r_[0, lengths.cumsum()[:-1]]) if len(mask) else []
    masked = np.where(lengths > 0, np.asarray(kept) == 0, False)
    truncated = host["truncated"] != 0 if "truncated" in host else np.zeros(len(lengths), bool)
    tensors["flags"] = (flags + TRUNCATED * truncated + MASKED * masked).astype(np.uint8)
    if not (mask | np.repeat(masked, lengths)).all():
        tensors["mask"] = np.packbits(mask, bitorder="little")
    numbers, prompt_of = {}, []
    prompt_ids, prompt_mask = host["prompt_ids"], host["prompt_mask"] != 0
    for row in range(len(lengths)):
        key = prompt_ids[row][prompt_mask[row]].astype(np.uint32).tobytes()
        prompt_of.append(numbers.setdefault(key, len(numbers)))
    tensors["prompt"] = np.array(prompt_of, np.uint32)
    tensors["prompt_length"] = np.array([len(key) // 4 for key in numbers], np.uint32)
    tensors["prompt_ids"] = np.frombuffer(b"".join(numbers), np.uint32)
    if "group" in host:
        tensors["group"] = host["group"].astype(np.uint32)
    else:
        codes = np.array([zlib.crc32(key) for key in numbers], np.uint32)
        tensors["group"] = codes[tensors["prompt"]]
    for name in ("reward", "rewards"):
        if name in host:
            tensors[name] = host[name].astype(np.float32)
    advantage = host["advantage"].astype(np.float32)
    if advantage.ndim == 1:
        tensors["advantage"] = advantage
    else:
        advantage = _ragged(advantage, lengths)
        starts = np.minimum(lengths.cumsum() - lengths, max(len(advantage) - 1, 0))
        first = advantage[starts] if len(advantage) else np.zeros(len(lengths), np.float32)
        if np.array_equal(np.repeat(first, lengths)[mask], advantage[mask], equal_nan=True):
            tensors["advantage"] = first
        else:
            tensors["token_advantage"] = stream.real(advantage)
    old = _ragged(host["old"], lengths).astype(np.float32) if "old" in host else None
    if old is not None:
        tensors["old"] = stream.real(old)
    for name in ("sampler", "ref"):
        if name in host:
            values = _ragged(host[name], lengths).astype(np.float32)
            suffix = "" if old is None else "_minus_old"
            tensors[name + suffix] = stream.real(values if old is None else values - old)
    return "rollout", tensors, fields


def _update_record(stream, host, fields):
    """The tensors of a micro-batch, from padded [B, T] copies on the host."""
    lengths = host["length"].astype(np.int64)
    tensors = {"seq": host["seq"].astype(np.uint64), "length": lengths.astype(np.uint32)}
    for name in ("d", "new", "entropy", "log_sum_sq", "correction"):
        if name in host:
            values = _ragged(host[name], lengths).astype(np.float32)
            if name == "correction" and (values == 1).all():
                continue
            tensors[name] = stream.real(values)
    log_ratio = tensors.get("d", tensors.get("new"))
    bad = np.flatnonzero(~np.isfinite(log_ratio)) if log_ratio is not None else []
    if len(bad):
        row = int(np.searchsorted(lengths.cumsum(), bad[0], side="right"))
        token = int(bad[0] - lengths[:row].sum())
        fields = {**fields, "first_bad": {"seq": int(tensors["seq"][row]), "token": token}}
    if "loss" in host:
        fields = {**fields, "loss": float(host["loss"])}
    return "update", tensors, fields


# ------------------------------------------------------------------------------------- steering


class _Control:
    """Takes lines of DIR/control.jsonl between optimizer steps; rank 0 reads, and tells the others."""

    LINE_LIMIT = 65_536

    def __init__(self, stream, knobs, set_knobs):
        self.stream, self.knobs, self.set_knobs = stream, knobs, set_knobs
        self.path = os.path.join(stream.directory, "control.jsonl")
        self.paused, self.steps = False, 0
        self._rest = b""
        try:
            self._offset = os.stat(self.path).st_size
        except OSError:
            self._offset = 0

    @property
    def state(self):
        return "running" if not self.paused else ("stepping" if self.steps else "paused")

    def between_steps(self, step):
        """Called with the number of optimizer steps made; returns when the next may begin."""
        if self.steps:
            self.steps -= 1
            if not self.steps:
                self.paused = True
        self._take(step)
        while self.paused and not self.steps:
            time.sleep(0.2)
            self._take(step)

    def _take(self, step):
        lines = self._read() if self.stream.rank == 0 else None
        if self.stream.world > 1:
            box = [lines]
            torch.distributed.broadcast_object_list(box, src=0)
            lines = box[0]
        for line in lines:
            self._obey(line, step)

    def _read(self):
        try:
            file = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return []
        try:
            size = os.fstat(file).st_size
            if size < self._offset:
                self._offset, self._rest = 0, b""
            os.lseek(file, self._offset, os.SEEK_SET)
            data = os.read(file, 1 << 20)
        except OSError:
            return []
        finally:
            os.close(file)
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > self.LINE_LIMIT:
            self._rest = b""
        return [line for line in lines if line.strip()]

    def _obey(self, line, step):
        identity, command = None, None
        try:
            if len(line) > self.LINE_LIMIT:
                raise ValueError("the line is longer than 64 KiB")
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise ValueError("the line is not a JSON object")
            identity, command = asked.get("id"), asked.get("command")
            if isinstance(identity, bool) or not isinstance(identity, (int, str)):
                identity = None
            if isinstance(identity, str):
                identity = identity[:64]
            self._do(command, asked)
            refusal = None
        except Exception as error:
            refusal = str(error)[:300]
        fields = {"id": identity, "command": command if isinstance(command, str) else None}
        fields.update(accepted=refusal is None, message=refusal, step=step, state=self.state)
        self.stream.put("control", {**_known(fields), "knobs": dict(self.knobs())})

    def _do(self, command, asked):
        attempt = asked.get("attempt", self.stream.attempt)
        if attempt != self.stream.attempt:
            raise ValueError(f"meant for attempt {attempt}; this is {self.stream.attempt}")
        if command in ("pause", "step") and self.stream.world > 1:
            raise ValueError(
                f"{command} is refused over {self.stream.world} ranks: their collectives would time out"
            )
        if command == "pause":
            self.paused, self.steps = True, 0
        elif command == "run":
            self.paused, self.steps = False, 0
        elif command == "step":
            count = asked.get("count", 1)
            if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 10**6:
                raise ValueError(f"count is {count!r}; it must be a number from 1 to 1000000")
            self.paused, self.steps = True, self.steps + count
        elif command == "set":
            values = asked.get("values")
            if not isinstance(values, dict) or not values:
                raise ValueError("set needs values: an object of names and numbers")
            self.set_knobs(values)
        else:
            raise ValueError(f"unknown command {command!r}; there are pause, step, run and set")


# ------------------------------------------------------------------------------------------ TRL


def trl(trainer, directory, objective=None, control=False, **options):
    """Records a TRL `GRPOTrainer` into `directory`. Call it before `trainer.train()`.

    `objective`: a `MASPO` to train by it instead of the trainer's own loss. `control`: obey the
    folder's control file. Options: `sum_sq=False` leaves out ln Σπ²; `precision` "f16" or "f32"
    instead of "auto"; `keep_bytes`, the cap on each rank's files.
    """
    return _TRL(trainer, directory, objective, control, **options)


class _TRL:
    def __init__(self, trainer, directory, objective, control, sum_sq=True, **options):
        if objective is not None and not isinstance(objective, MASPO):
            raise TypeError(f"objective is {objective!r}; it must be a maspo_probe.MASPO or None")
        self.trainer, self.objective = trainer, objective
        if objective is not None:
            self._refuse_what_maspo_ignores()
        accelerator = trainer.accelerator
        self.rank, self.world = accelerator.process_index, accelerator.num_processes
        self.stream = Stream(directory, self.rank, self.world, **options)
        self.stream.tokenizer = getattr(trainer, "_tokenizer", None) or trainer.processing_class
        self.sequences, self.rollouts, self.seen_updates = 0, 0, 0
        self.old_is = None
        self.step, self.micro, self.step_began = 0, 0, time.time()
        self.pending_step = None
        self.completion_ids, self.rewards = None, None
        self.captured, self.sum_sq, self.corrections = None, None, []
        self.rollout_of, self.pass_of = {}, {}
        self.control = None
        self._wrap(sum_sq)
        if control:
            self.control = _Control(self.stream, self.knobs, self.set_knobs)
        self.stream.set_run(self.describe())
        trainer.add_callback(_callback(self))

    def _refuse_what_maspo_ignores(self):
        trainer = self.trainer
        level = getattr(trainer, "importance_sampling_level", "token")
        if level != "token":
            raise ValueError(f"MASPO's ratio is per token; importance_sampling_level is {level!r}")
        if getattr(trainer, "_entropy_bonus_enabled", False):
            raise ValueError("MASPO has no entropy bonus; set the trainer's entropy_coef to 0")

    # What the run is.

    def describe(self):
        trainer, args = self.trainer, self.trainer.args
        model = trainer.accelerator.unwrap_model(trainer.model)
        config = getattr(model, "config", None)
        text_config = config.get_text_config() if hasattr(config, "get_text_config") else config
        try:
            from trl import __version__ as version
        except ImportError:
            version = None
        beta = getattr(trainer, "beta", 0.0)
        coefficient = getattr(trainer, "entropy_coef", None)
        if not getattr(trainer, "_entropy_bonus_enabled", False):
            coefficient = None
        scale = getattr(trainer, "scale_rewards", "group")
        passes = getattr(trainer, "num_iterations", 1)
        weights = getattr(trainer, "reward_weights", None)
        sampling = {
            name: getattr(args, name, None)
            for name in ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
        }
        sampling["engine"] = "vllm" if getattr(trainer, "use_vllm", False) else "transformers"
        fields = {
            "trainer": "trl",
            "trainer_version": version,
            "model": getattr(config, "_name_or_path", None),
            "tokenizer": getattr(self.stream.tokenizer, "name_or_path", None),
            "vocabulary": getattr(text_config, "vocab_size", None),
            "objective": self._describe_objective(),
            "aggregation": self._aggregation(),
            "kl": {"beta": beta, "times_ratio": self._kl_times_ratio()} if beta else None,
            "entropy_bonus": coefficient,
            "advantage": {"scale": {True: "group", False: "none"}.get(scale, scale)},
            "old": self.old_is or self._expected_old(),
            "group_size": trainer.num_generations,
            "passes": passes,
            "micro_batches": args.gradient_accumulation_steps,
            "max_length": getattr(trainer, "max_completion_length", None),
            "mask_truncated": bool(getattr(trainer, "mask_truncated_completions", False)),
            "sampling": _known(sampling),
            "rewards": list(getattr(trainer, "reward_func_names", ())),
            "reward_weights": weights.tolist() if weights is not None else None,
            "control": self.control is not None,
        }
        if self.control is not None:
            fields.update(knobs=self.knobs(), ranks_can_pause=self.world == 1)
        return _known(fields)

    def _kl_times_ratio(self):
        return bool(getattr(self.trainer.args, "use_bias_correction_kl", False))

    def _expected_old(self):
        args, trainer = self.trainer.args, self.trainer
        per_rollout = getattr(args, "steps_per_generation", 1) * getattr(trainer, "num_iterations", 1)
        corrected = getattr(trainer, "use_vllm", False) and getattr(
            trainer, "vllm_importance_sampling_correction", True
        )
        aligned = args.gradient_accumulation_steps % max(per_rollout, 1) == 0
        return "detached" if aligned and not corrected else "trainer"

    def _declared(self):
        trainer, args = self.trainer, self.trainer.args
        names = ("loss_type", "importance_sampling_level", "epsilon_low", "epsilon_high")
        declared = {name: getattr(trainer, name, None) for name in names}
        for name in ("delta", "sapo_temperature_pos", "sapo_temperature_neg"):
            declared[name] = getattr(args, name, None)
        for name in ("top_entropy_quantile", "off_policy_mask_threshold", "num_iterations", "beta"):
            declared[name] = getattr(trainer, name, None)
        return _known(declared)

    def _describe_objective(self):
        if self.objective is not None:
            name, values = "maspo", dict(self.objective.values)
        else:
            name, values = self._own_objective()
        return {"name": name, "values": values, "declared": self._declared()}

    def _own_objective(self):
        """The catalog's name and parameters of the trainer's own loss."""
        trainer, args = self.trainer, self.trainer.args
        kind = getattr(trainer, "loss_type", "grpo")
        low, high = getattr(trainer, "epsilon_low", None), getattr(trainer, "epsilon_high", None)
        if kind in ("grpo", "bnpo", "dapo", "dr_grpo"):
            values = {"eps_low": low, "eps_high": high, "dual_clip": getattr(args, "delta", None)}
            if getattr(trainer, "importance_sampling_level", "token") == "sequence":
                return "gspo", {"eps_low": low, "eps_high": high}
            return ("dr_grpo" if kind == "dr_grpo" else "grpo" if low == high else "clip_higher"), values
        if kind == "cispo":
            # TRL's bound is the weight's cap itself, and there is none below: 1 − 10 < 0.
            return "cispo", {"eps_low": 10.0, "eps_high": high - 1}
        if kind == "sapo":
            return "sapo", {
                "tau_pos": args.sapo_temperature_pos,
                "tau_neg": args.sapo_temperature_neg,
            }
        return kind, {}

    def _aggregation(self):
        if self.objective is not None:
            return "token-mean"
        return {
            "grpo": "seq-mean-token-mean",
            "sapo": "seq-mean-token-mean",
            "dr_grpo": "seq-mean-token-sum-norm",
            "luspo": "seq-mean-token-sum",
        }.get(getattr(self.trainer, "loss_type", "grpo"), "token-mean")

    # Knobs.

    def knobs(self):
        if self.objective is not None:
            return dict(self.objective.values)
        return self._own_objective()[1]

    def set_knobs(self, values):
        if self.objective is not None:
            self.objective.set(values)
        else:
            self._set_own(values)
        self.stream.set_run(self.describe())

    def _set_own(self, values):
        trainer, args = self.trainer, self.trainer.args
        cap = 1.0 if getattr(trainer, "loss_type", "") == "cispo" else 0.0
        places = {
            "eps_low": (trainer, "epsilon_low", 0.0),
            "eps_high": (trainer, "epsilon_high", cap),
            "dual_clip": (args, "delta", 0.0),
            "tau_pos": (args, "sapo_temperature_pos", 0.0),
            "tau_neg": (args, "sapo_temperature_neg", 0.0),
        }
        known = [name for name in self.knobs() if not (cap and name == "eps_low")]
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no knob {name!r} here; there are {', '.join(known) or 'none'}")
            if value is None and name == "dual_clip":
                continue
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not math.isfinite(value) or value < 0:
                raise ValueError(f"{name} is {value!r}; it must be a finite number, at least 0")
            if name.startswith("tau") and value == 0 or name == "dual_clip" and value <= 1:
                raise ValueError(f"{name} is {value}; it must be more than {int(name == 'dual_clip')}")
        for name, value in values.items():
            owner, attribute, shift = places[name]
            setattr(owner, attribute, None if value is None else float(value) + shift)

    # The hooks.

    def _wrap(self, sum_sq):
        trainer = self.trainer
        generate = trainer._generate_and_score_completions
        compute = trainer._compute_loss
        score = trainer._get_per_token_logps_and_entropies
        calculate = trainer._calculate_rewards
        train = trainer.train

        def calculate_rewards(inputs, prompts, completions, completion_ids_list, *rest, **named):
            self.completion_ids = completion_ids_list
            self.rewards = calculate(inputs, prompts, completions, completion_ids_list, *rest, **named)
            return self.rewards

        def generate_and_score(inputs, *rest, **named):
            self.completion_ids = self.rewards = None
            output = generate(inputs, *rest, **named)
            try:
                self._rollout(output)
            except Exception:
                self.stream.failed("rollout")
            return output

        def per_token(*arguments, **named):
            result = score(*arguments, **named)
            if self.captured is not None:
                self.captured.append(result)
            return result

        def compute_loss(model, inputs, *rest, **named):
            self.captured, self.sum_sq, self.corrections = [], [], []
            try:
                loss = compute(model, inputs, *rest, **named)
                if self.objective is not None:
                    loss = self._maspo(inputs)
                try:
                    self._update(inputs, loss)
                except Exception:
                    self.stream.failed("update")
                return loss
            finally:
                self.captured, self.sum_sq, self.corrections = None, None, []

        def train_all(*arguments, **named):
            try:
                return train(*arguments, **named)
            except BaseException as error:
                message = f"{type(error).__name__}: {error}"[:1000]
                self.stream.end("error", message, trainer.state.global_step)
                raise

        trainer._calculate_rewards = calculate_rewards
        trainer._generate_and_score_completions = generate_and_score
        trainer._get_per_token_logps_and_entropies = per_token
        trainer._compute_loss = compute_loss
        trainer.train = train_all
        for name in ("get_high_entropy_mask", "get_off_policy_mask"):
            if hasattr(trainer, name):
                setattr(trainer, name, self._remember_correction(getattr(trainer, name)))
        if sum_sq:
            self._ask_for_sum_sq()

    def _remember_correction(self, function):
        def wrapped(*arguments, **named):
            result = function(*arguments, **named)
            if self.captured is not None:
                self.corrections.append(result)
            return result

        return wrapped

    def _ask_for_sum_sq(self):
        """Has the fused head of TRL 1.15 and newer give ln Σπ² as well, where there is one."""
        try:
            from trl.trainer.utils import add_fused_lm_head

            trainer = self.trainer
            model = trainer.accelerator.unwrap_model(trainer.model)
            model = model.get_base_model() if hasattr(model, "get_base_model") else model
            add_fused_lm_head(
                model,
                temperature=trainer.temperature,
                cast_lm_head_to_fp32=getattr(trainer.args, "cast_lm_head_to_fp32", False),
                outputs=("log_probs", "entropy", "log_sum_sq_probs"),
            )
            model.register_forward_hook(self._see_output)
        except Exception:
            pass  # An older head: ln Σπ² stays unknown, which the format allows.

    def _see_output(self, module, arguments, output):
        found = getattr(output, "log_sum_sq_probs", None)
        if self.sum_sq is not None and found is not None:
            self.sum_sq.append(found.detach())

    # Records.

    def _training(self):
        return self.trainer.model.training

    def _rollout(self, output):
        trainer = self.trainer
        ids, mask = output["completion_ids"], output["completion_mask"]
        count, device = ids.shape[0], ids.device
        training = self._training()
        lists = self.completion_ids
        if lists is not None and len(lists) == count:
            ends = getattr(trainer, "eos_token_ids", None) or [getattr(trainer, "eos_token_id", None)]
            ends = {*ends, getattr(self.stream.tokenizer, "pad_token_id", None)}
            lengths = torch.tensor([len(each) for each in lists])
            truncated = torch.tensor([len(each) > 0 and each[-1] not in ends for each in lists])
        else:
            lengths, truncated = mask.sum(1).cpu(), None
        first = (self.rank << 40) + self.sequences
        numbers = torch.arange(first, first + count)
        self.sequences += count
        # They travel with the batch through TRL's shuffling and splitting, back to `_update`.
        output["maspo_seq"], output["maspo_length"] = numbers.to(device), lengths.to(device)
        old = output.get("old_per_token_logps")
        old_is = "detached" if old is None else "trainer"
        if training and old_is != self.old_is:
            self.old_is = old_is
            self.stream.set_run(self.describe())
        size = trainer.num_generations
        if not training:
            size = getattr(trainer, "num_generations_eval", None) or size
        reward, rewards = None, None
        if self.rewards is not None:
            rewards = self.rewards[self.rank * count : (self.rank + 1) * count]
            weighted = rewards * trainer.reward_weights.to(rewards.device).unsqueeze(0)
            reward = weighted.nansum(dim=1)
            reward = torch.where(torch.isnan(rewards).all(dim=1), torch.nan, reward)
        host = _Host(
            seq=numbers,
            length=lengths,
            truncated=truncated,
            group=(self.rank * count + torch.arange(count)) // size,
            ids=ids,
            mask=mask * output["tool_mask"] if "tool_mask" in output else mask,
            prompt_ids=output["prompt_ids"],
            prompt_mask=output["prompt_mask"],
            advantage=output["advantages"],
            old=old,
            sampler=output.get("sampling_per_token_logps"),
            ref=output.get("ref_per_token_logps"),
            reward=reward,
            rewards=rewards,
        )
        fields = {
            "rollout": self.rollouts,
            "step": trainer.state.global_step,
            "old": old_is,
            "rewards": list(trainer.reward_func_names),
            "group_size": size,
        }
        if not training:
            fields["evaluation"] = True
        flags = 0 if training else EVALUATION
        self.current_rollout, self.rollouts = self.rollouts, self.rollouts + 1
        if training:
            self.update_count = 0
        self.stream.submit(
            lambda: [_rollout_record(self.stream, host.ready(), fields, flags)], host.bytes
        )

    def _factor(self, inputs):
        """What multiplies the tokens' losses beside the objective, or None."""
        factor = None
        parts = list(self.corrections)
        if getattr(self.trainer, "use_vllm", False) and "importance_sampling_ratio" in inputs:
            parts.append(inputs["importance_sampling_ratio"])
        for part in parts:
            part = part.detach().float()
            factor = part if factor is None else factor * part
        return factor

    def _accumulation(self):
        trainer = self.trainer
        steps = trainer.args.gradient_accumulation_steps
        return getattr(trainer, "current_gradient_accumulation_steps", steps)

    def _denominator(self, inputs, mask, token_mean=False):
        """What the aggregated sum is divided by, accumulation included; a number or a tensor."""
        trainer = self.trainer
        kind = getattr(trainer, "loss_type", "grpo")
        accumulation = self._accumulation() if self._training() else 1
        if token_mean or kind in ("dapo", "cispo", "vespo"):
            items = inputs.get("num_items_in_batch")
            if items is None:
                return mask.sum().clamp(min=1) * accumulation
            items = torch.as_tensor(items).clamp(min=1.0) / self.world
            if self._training():
                items = items * accumulation / getattr(trainer.args, "steps_per_generation", accumulation)
            return items
        if kind == "bnpo":
            return mask.sum().clamp(min=1) * accumulation
        rows = mask.shape[0]
        if kind == "dr_grpo":
            return float(rows * trainer.max_completion_length * accumulation)
        return float(rows * accumulation)

    def _mask(self, inputs):
        mask = inputs["completion_mask"]
        return mask * inputs["tool_mask"] if "tool_mask" in inputs else mask

    def _maspo(self, inputs):
        """MASPO's loss on the forward pass that the trainer just made."""
        log_probs = self.captured[-1][0]
        old = inputs.get("old_per_token_logps")
        if old is None:
            old = log_probs.detach()
            self.stream.say(
                "on-policy",
                "every ratio is 1 by construction (no old log-probabilities), where MASPO is GRPO; "
                "use num_iterations=2 or more updates per rollout",
                "warning",
            )
        mask = self._mask(inputs)
        loss, _ = self.objective.token_loss(log_probs, old, inputs["advantages"])
        factor = self._factor(inputs)
        if factor is not None:
            loss = loss * factor
        beta = getattr(self.trainer, "beta", 0.0)
        if beta:
            gap = inputs["ref_per_token_logps"] - log_probs
            kl = torch.exp(gap) - gap - 1
            if self._kl_times_ratio():
                kl = kl * torch.exp(log_probs - old)
            loss = loss + beta * kl
        return aggregate(loss, mask, "token-mean", self._denominator(inputs, mask, token_mean=True))

    def _update(self, inputs, loss):
        if "maspo_seq" not in inputs or not self.captured:
            raise RuntimeError("the trainer's batch or forward pass did not pass the probe's hooks")
        trainer, training = self.trainer, self._training()
        log_probs, entropy = self.captured[-1][0].detach(), self.captured[-1][1]
        old = inputs.get("old_per_token_logps")
        width = log_probs.shape[1]
        sums = torch.cat(self.sum_sq)[:, -width:] if self.sum_sq else None
        if sums is not None and sums.shape != log_probs.shape:
            sums = None
        own_mean = self.objective is not None
        denominator = self._denominator(inputs, self._mask(inputs), token_mean=own_mean)
        host = _Host(
            seq=inputs["maspo_seq"],
            length=inputs["maspo_length"],
            d=None if old is None else log_probs.float() - old.float(),
            new=log_probs if old is None else None,
            entropy=entropy,
            log_sum_sq=sums,
            correction=self._factor(inputs),
            loss=loss,
            denominator=torch.as_tensor(denominator),
        )
        step = trainer.state.global_step + 1
        self.micro = self.micro + 1 if step == self.step and training else 0
        fields = {"rollout": getattr(self, "current_rollout", None)}
        if training:
            self.step = step
            per_pass = max(getattr(trainer.args, "steps_per_generation", 1), 1)
            fields.update(step=step, micro=self.micro, epoch=self.update_count // per_pass)
            self.update_count += 1
            self.seen_updates += 1
        else:
            fields["evaluation"] = True
        if self.control is not None:
            fields["knobs"] = self.knobs()

        def record():
            host.ready()
            return [
                _update_record(
                    self.stream, host, {**_known(fields), "denominator": float(host["denominator"])}
                )
            ]

        self.stream.submit(record, host.bytes)

    # The trainer's events.

    def step_begins(self):
        self.flush_step()
        if self.control is not None:
            self.control.between_steps(self.trainer.state.global_step)
        self.step_began = time.time()

    def step_ends(self, optimizer):
        now = time.time()
        rate = optimizer.param_groups[0]["lr"] if optimizer is not None else None
        fields = {"step": self.trainer.state.global_step, "learning_rate": rate}
        self.pending_step = {**_known(fields), "seconds": now - self.step_began}
        if self.pending_step["step"] == 1 and not self.seen_updates:
            self.stream.say(
                "bypassed",
                "an optimizer step passed without the trainer's _compute_loss: Liger's loss and "
                "Unsloth replace it, and then there is nothing to record",
                "warning",
            )

    def logged(self, logs):
        if self.pending_step is None:
            return
        numbers = {
            name: float(value)
            for name, value in logs.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)
        }
        self.pending_step.update(_known({
            "loss": numbers.get("loss"),
            "gradient_norm": numbers.get("grad_norm"),
            "metrics": numbers,
        }))
        self.flush_step()

    def flush_step(self):
        if self.pending_step is None:
            return
        fields, self.pending_step = self.pending_step, None
        if self.control is not None:
            fields["knobs"] = self.knobs()
        self.stream.submit(lambda: [("step", {}, {**fields, "dropped": self.stream.dropped})])

    def finished(self):
        self.flush_step()
        self.stream.end("finished", step=self.trainer.state.global_step)


def _callback(probe):
    from transformers import TrainerCallback

    def guarded(function):
        def call(*arguments):
            try:
                function(*arguments)
            except Exception:
                probe.stream.failed("callback")

        return call

    class MaspoProbe(TrainerCallback):
        def on_step_begin(self, args, state, control, **named):
            guarded(probe.step_begins)()

        def on_step_end(self, args, state, control, optimizer=None, **named):
            guarded(probe.step_ends)(optimizer)

        def on_log(self, args, state, control, logs=None, **named):
            guarded(probe.logged)(logs or {})

        def on_train_end(self, args, state, control, **named):
            guarded(probe.finished)()

    return MaspoProbe()


# ----------------------------------------------------------------------------------------- verl


def _verl_settings():
    """MASPO's settings for verl, from MASPO_PROBE_SET ("sigma_base=0.2,alpha=0.5")."""
    text = os.environ.get("MASPO_PROBE_SET", "")
    values = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, number = part.partition("=")
        try:
            values[name.strip()] = None if number.strip() == "none" else float(number)
        except ValueError:
            raise ValueError(f"MASPO_PROBE_SET has {part!r}; it must be name=number") from None
    try:
        return MASPO(**values)
    except ValueError as error:
        raise ValueError(f"MASPO_PROBE_SET: {error}") from None


class _Verl:
    """The probe in one verl worker: its stream begins with the first loss."""

    def __init__(self):
        self._maspo, self.stream, self.control = None, None, None
        self.step, self.micro, self.rollouts, self.sequences = 0, 0, 0, 0
        self.began = time.time()
        self.sequence_of, self.passes, self.order = {}, {}, []
        self.config = None

    @property
    def maspo(self):
        if self._maspo is None:
            self._maspo = _verl_settings()
        return self._maspo

    # The loss, as verl's registry wants it.

    def policy_loss(
        self,
        old_log_prob,
        log_prob,
        advantages,
        response_mask,
        loss_agg_mode="token-mean",
        config=None,
        rollout_is_weights=None,
        **unused,
    ):
        from verl.trainer.ppo.core_algos import agg_loss

        token_loss, gate = self.maspo.token_loss(log_prob, old_log_prob, advantages)
        mask = response_mask.bool()
        if rollout_is_weights is not None:
            token_loss = token_loss * rollout_is_weights
        # Selected, not multiplied: what stands in a padded place may be NaN.
        token_loss = torch.where(mask, token_loss, torch.zeros_like(token_loss))
        batch = getattr(config, "global_batch_info", None) or {}
        loss = agg_loss(token_loss, mask, loss_agg_mode, **batch)
        with torch.no_grad():
            count = mask.sum().clamp(min=1)
            clamped = torch.clamp(log_prob - old_log_prob, -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT)
            zeros = torch.zeros_like(clamped)
            metrics = {
                "actor/ppo_kl": (torch.where(mask, -clamped, zeros).sum() / count).item(),
                "actor/maspo_gate": (torch.where(mask, gate, zeros).sum() / count).item(),
            }
        return loss, metrics

    # The stream.

    def begin(self, config):
        distributed = torch.distributed
        on = distributed.is_available() and distributed.is_initialized()
        rank = distributed.get_rank() if on else int(os.environ.get("RANK", 0))
        world = distributed.get_world_size() if on else int(os.environ.get("WORLD_SIZE", 1))
        self.config = config
        self.stream = Stream(os.environ.get("MASPO_PROBE_DIR", "maspo-probe"), rank, world)
        self._find_tokenizer(config)
        if os.environ.get("MASPO_PROBE_CONTROL", "") not in ("", "0"):
            self.control = _Control(self.stream, self.knobs, self.set_knobs)
        self.stream.set_run(self.describe())

    def _find_tokenizer(self, config):
        path = getattr(getattr(config, "model_config", None), "local_path", None)
        path = os.environ.get("MASPO_PROBE_TOKENIZER", path)
        if path:
            try:
                from transformers import AutoTokenizer

                self.stream.tokenizer = AutoTokenizer.from_pretrained(path)
            except Exception:
                self.stream.failed("tokenizer")

    def knobs(self):
        return dict(self.maspo.values) if self._mode() == "maspo" else {}

    def set_knobs(self, values):
        if self._mode() != "maspo":
            raise ValueError(f"loss_mode {self._mode()} has no knobs here; maspo has")
        self.maspo.set(values)
        self.stream.set_run(self.describe())

    def _mode(self):
        policy_loss = getattr(self.config, "policy_loss", None)
        get = getattr(policy_loss, "get", None)
        return get("loss_mode", "vanilla") if get else "vanilla"

    def _objective(self):
        config, mode = self.config, self._mode()
        low, high = getattr(config, "clip_ratio_low", None), getattr(config, "clip_ratio_high", None)
        clip = getattr(config, "clip_ratio", None)
        bounds = {"eps_low": clip if low is None else low, "eps_high": clip if high is None else high}
        if mode == "maspo":
            return "maspo", dict(self.maspo.values)
        if mode == "vanilla":
            name = "grpo" if bounds["eps_low"] == bounds["eps_high"] else "clip_higher"
            return name, {**bounds, "dual_clip": getattr(config, "clip_ratio_c", 3.0)}
        if mode == "sapo":
            return "sapo", {"tau_pos": config.tau_pos, "tau_neg": config.tau_neg}
        if mode in ("gspo", "cispo", "geo_mean"):
            return {"geo_mean": "gmpo"}.get(mode, mode), bounds
        return mode, {}

    def describe(self):
        from verl import __version__ as version

        config = self.config
        name, values = self._objective()
        declared = {
            key: getattr(config, key, None)
            for key in ("clip_ratio", "clip_ratio_low", "clip_ratio_high", "clip_ratio_c")
        }
        declared["loss_mode"] = self._mode()
        kl = {"beta": config.kl_loss_coef} if getattr(config, "use_kl_loss", False) else None
        model = getattr(config, "model_config", None)
        fields = {
            "trainer": "verl",
            "trainer_version": version,
            "model": getattr(model, "path", None),
            "tokenizer": getattr(self.stream.tokenizer, "name_or_path", None),
            "objective": {"name": name, "values": values, "declared": _known(declared)},
            "aggregation": getattr(config, "loss_agg_mode", None),
            "kl": kl,
            "entropy_bonus": getattr(config, "entropy_coeff", 0) or None,
            "old": "trainer",
            "passes": getattr(config, "ppo_epochs", None),
            "control": self.control is not None,
        }
        if self.control is not None:
            fields.update(knobs=self.knobs(), ranks_can_pause=self.stream.world == 1)
        return _known(fields)

    def seen(self, config, model_output, data, loss):
        from verl.workers.utils.padding import no_padding_2_padding

        if self.stream is None:
            self.begin(config)

        def padded(name, default=None):
            if name not in data:
                return default
            tensor = data[name]
            return torch.nested.to_padded_tensor(tensor, 0) if tensor.is_nested else tensor

        def of_model(name):
            found = model_output.get(name, None)
            return None if found is None else no_padding_2_padding(found, data)

        log_probs = of_model("log_probs").detach()
        prompts, responses = data["prompts"], data["responses"]
        if responses.is_nested:
            lengths = responses.offsets().diff()
            prompt_lengths = prompts.offsets().diff()
            prompt_ids = torch.nested.to_padded_tensor(prompts, 0)
            places = torch.arange(prompt_ids.shape[1], device=prompt_ids.device)
            prompt_mask = places < prompt_lengths.unsqueeze(1)
        else:
            width = prompts.shape[1]
            lengths = data["attention_mask"][:, width:].sum(1)
            prompt_ids, prompt_mask = prompts, data["attention_mask"][:, :width]
        old = padded("old_log_probs")
        sums = of_model("sum_pi_squared")
        scores = padded("token_level_scores", padded("rm_scores"))
        rollout = padded("rollout_log_probs")
        host = _Host(
            length=lengths,
            ids=padded("responses"),
            mask=padded("response_mask"),
            prompt_ids=prompt_ids,
            prompt_mask=prompt_mask,
            advantage=padded("advantages"),
            old=old,
            sampler=rollout,
            ref=padded("ref_log_prob"),
            reward=None if scores is None else scores.float().sum(1),
            d=log_probs.float() - old.float(),
            entropy=of_model("entropy"),
            log_sum_sq=None if sums is None else torch.log(sums.float()),
            correction=padded("rollout_is_weights"),
            loss=loss,
        )
        scale = getattr(config, "loss_scale_factor", None)
        numbers = {
            name: float(value) if (value := _number(data, name)) is not None else None
            for name in ("dp_size", "batch_num_tokens", "global_batch_size")
        }
        fields = {"step": self.step + 1, "micro": self.micro}
        if self.control is not None:
            fields["knobs"] = self.knobs()
        mode, step = getattr(config, "loss_agg_mode", "token-mean"), self.step
        self.micro += 1
        self.stream.submit(
            lambda: self._records(host.ready(), fields, mode, numbers, scale, step), host.bytes
        )

    def _records(self, host, fields, mode, numbers, scale, step):
        """On the stream's thread: a rollout's record at the first sight of its answers, and the update's."""
        lengths = host["length"].astype(np.int64)
        ids, old = host["ids"], host["old"]
        keys = [
            ids[row, :n].tobytes() + old[row, :n].tobytes() for row, n in enumerate(lengths.tolist())
        ]
        keys = [zlib.crc32(key) << 32 | zlib.adler32(key) for key in keys]
        fresh = [key not in self.sequence_of for key in keys]
        if any(fresh):
            for key in keys:
                self.sequence_of[key] = (self.stream.rank << 40) + self.sequences
                self.passes[key] = 0
                self.sequences += 1
                self.order.append(key)
            while len(self.order) > 1 << 20:
                gone = self.order.pop(0)
                self.sequence_of.pop(gone, None)
                self.passes.pop(gone, None)
        seq = np.array([self.sequence_of[key] for key in keys], np.uint64)
        host._copies["seq"] = torch.from_numpy(seq.astype(np.int64))
        epoch = max(self.passes[key] for key in keys)
        for key in keys:
            self.passes[key] += 1
        if any(fresh):
            same = "sampler" in host and np.array_equal(host["sampler"], old)
            about = {"rollout": self.rollouts, "step": step, "old": "rollout" if same else "trainer"}
            self.rollouts += 1
            yield _rollout_record(self.stream, host, about)
        mask = host["mask"] != 0
        data_parallel = numbers["dp_size"] or 1.0
        rows = numbers["global_batch_size"] or float((mask.any(1)).sum())
        if mode == "token-mean":
            denominator = (numbers["batch_num_tokens"] or float(mask.sum())) / data_parallel
        elif mode == "seq-mean-token-sum-norm":
            denominator = rows * (scale or mask.shape[1]) / data_parallel
        elif mode == "token-sum":
            denominator = 1 / data_parallel
        else:
            denominator = rows / data_parallel
        more = {"epoch": epoch, "denominator": denominator}
        if mode == "token-sum":
            more["aggregation"] = "token-mean"
        yield _update_record(self.stream, host, {**fields, **more})

    def stepped(self, optimizer):
        """After an optimizer step of this process; one without an actor's loss before it is not ours."""
        if not self.micro:
            return
        self.step, self.micro = self.step + 1, 0
        now = time.time()
        fields = {
            "step": self.step,
            "learning_rate": optimizer.param_groups[0]["lr"],
            "seconds": now - self.began,
        }
        self.began = now
        if self.control is not None:
            fields["knobs"] = self.knobs()
        self.stream.submit(lambda: [("step", {}, {**fields, "dropped": self.stream.dropped})])
        if self.control is not None:
            self.control.between_steps(self.step)


def _number(data, name):
    """A number of verl's batch, which holds it as such, as a tensor or as non-tensor data."""
    if name not in data.keys():
        return None
    value = data[name]
    value = getattr(value, "data", value) if not isinstance(value, torch.Tensor) else value
    if isinstance(value, torch.Tensor):
        value = value.flatten()[0].item()
    return value if isinstance(value, (int, float)) else None


_VERL = _Verl()


def _into_losses(losses):
    original = losses.ppo_loss
    if getattr(original, "maspo_probe", False):
        return

    def ppo_loss(config, model_output, data, dp_group=None):
        result = original(config, model_output, data, dp_group)
        try:
            _VERL.seen(config, model_output, data, result[0])
        except Exception:
            if _VERL.stream is None:
                print(f"maspo_probe: {sys.exc_info()[1]}; the run goes on", file=sys.stderr)
            else:
                _VERL.stream.failed("ppo_loss")
        return result

    def after(optimizer, *unused):
        try:
            _VERL.stepped(optimizer)
        except Exception:
            _VERL.stream.failed("optimizer step")

    ppo_loss.maspo_probe = True
    losses.ppo_loss = ppo_loss
    for name in ("verl.workers.engine_workers", "verl.trainer.distillation.losses"):
        if getattr(sys.modules.get(name), "ppo_loss", None) is original:
            sys.modules[name].ppo_loss = ppo_loss
    register_optimizer_step_post_hook(after)


def _into_registry(core_algos):
    core_algos.register_policy_loss("maspo")(_VERL.policy_loss)


class _AfterImport(importlib.abc.MetaPathFinder):
    """Calls an action once a module of verl was loaded: verl loads the probe before all of them."""

    def __init__(self, actions):
        self.actions = actions

    def find_spec(self, name, path, target=None):
        action = self.actions.get(name)
        spec = importlib.machinery.PathFinder.find_spec(name, path) if action else None
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_act(module):
            execute(module)
            try:
                action(module)
            except Exception as error:
                print(f"maspo_probe: {name}: {error}; the run goes on without it", file=sys.stderr)

        spec.loader.exec_module = execute_and_act
        return spec


def _into_verl():
    actions = {
        "verl.workers.utils.losses": _into_losses,
        "verl.trainer.ppo.core_algos": _into_registry,
    }
    for name, action in actions.items():
        if name in sys.modules:
            action(sys.modules[name])
    sys.meta_path.insert(0, _AfterImport(actions))


_into_verl()
