"""How sources are named, and what is said when a name is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from camera.sources import SOURCES, SourceError, open_source, parse_spec
from tests.camera.sources.fakes import write_video


@pytest.mark.parametrize(
    ("spec", "kind", "address", "settings"),
    [
        ("demo", "demo", "", {}),
        ("demo?seed=3&light=dusk", "demo", "", {"seed": "3", "light": "dusk"}),
        ("file:a b.mp4", "file", "a b.mp4", {}),
        ("file:/x/a:b.mp4?loop=1&speed=max", "file", "/x/a:b.mp4", {"loop": "1", "speed": "max"}),
        ("file:what?.mp4?loop=1", "file", "what?.mp4", {"loop": "1"}),
        ("v4l2:/dev/video0", "v4l2", "/dev/video0", {}),
    ],
)
def test_a_spec_is_taken_apart(spec: str, kind: str, address: str, settings: dict[str, str]) -> None:
    parsed = parse_spec(spec)
    assert (parsed.kind, parsed.address, parsed.settings) == (kind, address, settings)


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("", "use one of demo, file, picamera, v4l2"),
        ("rtsp://somewhere", "use one of demo, file, picamera, v4l2"),
        ("demo?seed", "write them like ?name=value"),
        ("demo?seed=x", "seed 'x' of source demo is no number"),
        ("demo?seed=-1", "seed '-1' of source demo is no number"),
        ("demo?light=night", "write day or dusk"),
        ("demo?loop=1", "no setting 'loop': it knows seed, light, speed"),
        ("demo:here", "takes no address"),
        ("file:", "names no file"),
        ("file:/no/such/video.mp4", "video /no/such/video.mp4 does not exist: check the path"),
        ("file:/", "can't be read"),
        ("file:x?speed=2", "must be real or max"),
        ("v4l2:/dev/video77", "camera /dev/video77 does not exist: plug it in"),
        ("v4l2:/dev/null", "is no camera that gives 1280x720"),
        ("v4l2:/dev/video0?x=1", "no setting 'x': it knows none"),
    ],
)
def test_a_source_that_can_not_be_opened_is_named_with_the_fix(spec: str, sentence: str) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(spec)
    assert sentence in str(caught.value)


def test_a_text_file_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no pictures here " * 100)
    with pytest.raises(SourceError, match=r"notes\.mp4 is no video that can be read: choose"):
        open_source(f"file:{path}")


def test_a_loop_switch_must_be_0_or_1(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4")
    with pytest.raises(SourceError, match="loop=yes of source file must be 0 or 1"):
        open_source(f"file:{path}?loop=yes")


def test_every_kind_of_source_says_its_own_name() -> None:
    for kind, place in SOURCES.items():
        assert place.startswith(f"camera.sources.{kind}:open_{kind}")
