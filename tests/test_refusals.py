"""What Stoop refuses to be is not in it: nothing that recognises people, no feed, no sharing network."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from tests.markdown import ROOT, our_files

CODE = ("camera", "server", "stoop", "web/src")
RECOGNISING = re.compile(
    r"cascade_?classifier|haarcascade|face_?(detect|recogni|landmark|mesh|net|id\b)|cv2\.face|insightface|deepface|dlib"
    r"|mediapipe|retinaface|arcface|biometric|fingerprint_?reader|gait_?recog|licen[cs]e_?plate|readnet|tflite|onnxruntime",
    re.IGNORECASE,
)
LOOKS_FOR_THEM = ROOT / "stoop" / "prove" / "people.py"
"""The one module that names what it looks for on the owner's device: in texts only, never in code."""
MODELS = {".onnx", ".tflite", ".pb", ".pt", ".pth", ".caffemodel", ".h5", ".safetensors", ".hef", ".rpk"}


def sources() -> list[Path]:
    kinds = {".py", ".ts", ".tsx"}
    found = [p for folder in CODE for p in (ROOT / folder).rglob("*") if p.suffix in kinds]
    return [path for path in found if "web_app" not in path.parts and path != LOOKS_FOR_THEM]


def test_nothing_names_a_way_to_recognise_people() -> None:
    assert len(sources()) > 100
    for path in sources():
        assert RECOGNISING.findall(path.read_text()) == [], path.relative_to(ROOT)


def test_the_module_that_looks_for_such_names_holds_them_in_texts_only() -> None:
    used = [node for node in ast.walk(ast.parse(LOOKS_FOR_THEM.read_text())) if not isinstance(node, ast.Constant)]
    names = {str(getattr(node, member, "")) for node in used for member in ("id", "attr", "name", "module", "arg")}
    assert len(names) > 30
    assert [name for name in names if RECOGNISING.search(name)] == []


def test_no_locked_package_recognises_people() -> None:
    python = re.findall(r"^([\w.-]+)==", (ROOT / "requirements-dev.lock").read_text(), re.MULTILINE)
    web = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    assert len(python) > 20
    for name in [*python, *web]:
        assert not RECOGNISING.search(name.replace("-", "_")), name


def test_there_is_no_model_file() -> None:
    assert [path for path in our_files() if path.suffix.lower() in MODELS] == []


@pytest.mark.parametrize(
    "text", ["cv2.CascadeClassifier(x)", "cv2.FaceDetectorYN.create()", "import face_recognition", "new FaceDetector()"]
)
def test_a_way_to_recognise_people_is_seen(text: str) -> None:
    assert RECOGNISING.search(text)
