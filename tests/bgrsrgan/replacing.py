"""What the tests of `bgrsr replace` share: networks whose answer is known, the command, and what a video holds."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import torch
from typer.testing import CliRunner, Result

from bgrsr_data.cli.app import build
from bgrsr_data.errors import InputError
from bgrsr_data.media.video import decode
from bgrsrgan.config import TrainConfig
from bgrsrgan.networks import make_network

SMALL = ("--size", "64x48", "--threads", "1")
MOVING = ("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=0.4", "-c:v", "libx264", "-pix_fmt", "yuv420p")


class Packet(NamedTuple):
    """A packet of a stream: when, in seconds, and its bytes."""

    time_s: Fraction
    data: bytes


def save_network(path: Path, network: str = "bgrsr-lite", *, cover: float | None = None) -> Path:
    """A best.pt with fresh weights, or one that calls every pixel person (cover 1) or room (cover 0)."""
    torch.manual_seed(0)
    made = make_network(network)
    if cover is not None:
        head = made.head[0]
        with torch.no_grad():
            head.weight.zero_()
            head.bias.zero_()
            head.bias[: head.out_channels // 4] = 20 * cover - 10
    config = TrainConfig(network=network)
    content = {"config": config.model_dump_json(), "step": 1, "best_ssim": 0.5, "mean_generator": made.state_dict()}
    torch.save(content, path)
    return path


def call(*words: object) -> Result:
    """Run `bgrsr replace` in this process."""
    return CliRunner().invoke(build(), ["replace", *map(str, words)])


def replaced(*words: object) -> dict[str, Any]:
    """Run it, and give what it tells programs."""
    done = call(*words, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def refusal(done: Result) -> str:
    """The one line in which the command says why it does not."""
    assert isinstance(done.exception, InputError), done.exception
    assert "\n" not in str(done.exception)
    return str(done.exception)


def pictures(path: Path) -> list[tuple[Fraction, np.ndarray]]:
    """Time in seconds, and (H, W, 3) uint8, of every picture."""
    return [(picture.time_s, picture.rgb()) for picture in decode(path)]


def times(path: Path) -> list[Fraction]:
    """Times of all pictures, in seconds."""
    return [picture.time_s for picture in decode(path)]


def sound(path: Path) -> list[Packet]:
    """The packets of the sound."""
    with av.open(str(path)) as container:
        (stream,) = container.streams.audio
        packets = [packet for packet in container.demux(stream) if packet.size]
        return [Packet(packet.pts * packet.time_base, bytes(packet)) for packet in packets]


def loud_from(path: Path) -> float:
    """When the sound is first loud, in seconds."""
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            samples = np.abs(frame.to_ndarray().astype(np.float64)).max(0)
            loud = np.flatnonzero(samples > 0.1 * (1 if frame.format.name.startswith("flt") else 32768))
            if loud.size:
                return float(frame.pts * frame.time_base) + loud[0] / frame.sample_rate
    raise AssertionError("it is silent")


def length_s(path: Path) -> Fraction:
    """Of the pictures, as the file tells it."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.duration * stream.time_base
