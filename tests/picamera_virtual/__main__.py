"""`python -m tests.picamera_virtual`: plays people through the real picamera2, and looks at what came out. Root.

`python3 run.py picamera` calls it in a mount namespace of its own. The chroot is made once (two minutes, unstable).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from tests.markdown import ROOT
from tests.vm.prepare import FOLDER

SID = FOLDER / "sid"
SHARED = Path(os.environ.get("STOOP_SHARED", ROOT.parent / "shared"))
FILM = SHARED / "data" / "motion" / "yard_walkers.mp4"
HERE = Path(__file__).parent / "inside"
PACKAGES = "python3,python3-venv,python3-libcamera,libcamera-ipa,python3-numpy,ca-certificates"
WHEELS = (
    "picamera2 videodev2 simplejpeg piexif pillow jsonschema av msgspec opencv-python-headless cryptography pyjwt cffi"
)
MASK = '{"allow":[[[0,0.1],[0.6,0.1],[0.6,1],[0,1]]],"hide":[[[0.1,0.2],[0.3,0.2],[0.3,0.5],[0.1,0.5]]]}'
HIDDEN = ((0, 0, 1280, 72), (768, 0, 1280, 720), (128, 144, 384, 360))
"""Left, top, right, bottom in pixels of 1280x720: what MASK hides, worked out by hand."""
EDGE_PX = 16
"""The codec may smear the drawing's edge by so much: on the visible side of a coded block."""
BLACK_LUMA = 20
PICTURES = 120


def main() -> int:
    make_chroot()
    for name in ("proc", "dev"):
        call(["mount", "--bind", f"/{name}", str(SID / name)])
    frames = lay_out()
    result = play()
    seen = look(SID / "tmp" / "out.h264")
    faults = [sentence for is_so, sentence in judged(result, seen, has_film=frames > 0) if not is_so]
    print(json.dumps({**result, **seen}))
    for sentence in faults:
        print(f"FAILED: {sentence}")
    if not faults:
        what = "people of a real film" if frames else "a test pattern (no film at hand)"
        print(
            f"proved: {what} through the real picamera2 {result['picamera2']} on libcamera's virtual pipeline; "
            f"{result['pictures']} pictures, {result['motions']} motions seen, hidden parts black in each"
        )
    return 1 if faults else 0


def make_chroot() -> None:
    stamp, wanted = FOLDER / "sid.stamp", f"{PACKAGES} {WHEELS}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("  Debian unstable with libcamera, once …", flush=True)
    shutil.rmtree(SID, ignore_errors=True)
    call(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "sid", str(SID)])
    for name in ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):
        shutil.copy(Path("/") / name, SID / name)
    call(inside("python3", "-m", "venv", "--system-site-packages", "/opt/v"))
    pip = ["/opt/v/bin/pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
    call(inside(*pip, *WHEELS.split()))
    stamp.write_text(wanted)


def lay_out() -> int:
    """Our code, the shim and the film's pictures into the chroot; how many pictures."""
    there, frames = SID / "srv" / "stoop", SID / "srv" / "frames"
    for folder in (there, frames):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    shutil.copytree(ROOT / "camera", there / "camera", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "play.py", there)
    (there / "mask.json").write_text(MASK)
    call(["cc", "-O1", "-shared", "-fPIC", "-o", str(there / "shim.so"), str(HERE / "dmaheap_shim.c"), "-ldl"])
    count = 0
    if FILM.exists():
        with av.open(str(FILM)) as film:
            for number, picture in enumerate(film.decode(video=0)):
                if number >= 8 * 7.5 + PICTURES:
                    break
                cv2.imwrite(str(frames / f"{number:05}.jpg"), picture.to_ndarray(format="bgr24"))
                count += 1
    shown = 'frames:\n    path: "/srv/frames/"' if count else 'test_pattern: "bars"'
    text = '%YAML 1.1\n---\n"Virtual0":\n  supported_formats:\n  - width: 1280\n    height: 720\n'
    text += f"    frame_rates: [30, 60]\n  {shown}\n"
    text += '  location: "CameraLocationFront"\n  model: "imx708-virtual"\n'
    (SID / "usr/share/libcamera/pipeline/virtual/virtual.yaml").write_text(text)
    return count


def play() -> dict[str, Any]:  # Any: JSON
    environment = ["LD_PRELOAD=/srv/stoop/shim.so", "PYTHONPATH=/srv/stoop", "LIBCAMERA_LOG_LEVELS=*:ERROR"]
    words = ["/opt/v/bin/python", "/srv/stoop/play.py", "/srv/stoop/mask.json", str(PICTURES), "/tmp/out.h264"]
    done = subprocess.run(
        inside("env", *environment, "timeout", "240", *words), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"playing failed ({done.returncode}):\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def look(video: Path) -> dict[str, float]:
    """Of all decoded pictures: how many, the brightest hidden sample, and how bright the visible part is on average."""
    brightest, means, count = 0, [], 0
    with av.open(str(video), format="h264") as container:
        for picture in container.decode(video=0):
            luma = picture.to_ndarray(format="yuv420p")[:720]
            for left, top, right, bottom in HIDDEN:
                upper, lower = top + EDGE_PX * (top > 0), bottom - EDGE_PX * (bottom < 720)
                inner = luma[upper:lower, left + EDGE_PX : right - EDGE_PX]
                brightest = max(brightest, int(inner.max()))
            means.append(float(np.mean(luma[400:700, 50:700])))
            count += 1
    return {"decoded": count, "brightest_hidden": brightest, "visible_mean": round(float(np.mean(means)), 1)}


def judged(result: dict[str, Any], seen: dict[str, float], *, has_film: bool) -> list[tuple[bool, str]]:
    return [
        (result["size"] == [1280, 720], f"the picture is {result['size']}"),
        (result["pictures"] == PICTURES, f"{result['pictures']} pictures came"),
        (bool(result["times_grow"]), "the sensor's times do not grow"),
        (seen["decoded"] == PICTURES, f"{seen['decoded']} pictures decode"),
        (seen["brightest_hidden"] <= BLACK_LUMA, f"something hidden shines through: {seen['brightest_hidden']}"),
        (seen["visible_mean"] > 40, f"the visible part is dark: {seen['visible_mean']}"),
        (not has_film or result["different"] > PICTURES / 2, f"only {result['different']} different pictures: no film"),
        (not has_film or result["motions"] > 0, "the walkers were not noticed"),
    ]


def inside(*words: str) -> list[str]:
    clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
    certificates = "PIP_CERT=/etc/ssl/certs/ca-certificates.crt"
    return ["chroot", str(SID), *clean, certificates, *words]


def call(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:6])} … failed:\n{(done.stdout + done.stderr)[-1500:]}")


if __name__ == "__main__":
    sys.exit(main())
