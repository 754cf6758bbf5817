"""Whether anything here recognises people: libraries, models, our own code, and what the running camera has open.

This module names what it looks for, and is the only one of ours that may.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable
from pathlib import Path

from stoop.prove.finding import Finding, judged
from stoop.prove.installation import Installation
from stoop.prove.processes import Running
from stoop.prove.source_code import modules

CLAIM = "Nothing here recognises people: no faces, no voices, no number plates."
LIBRARIES = {
    "arcface", "compreface-sdk", "deepface", "deepstack-sdk", "dlib", "easyocr", "face-alignment", "face-detection",
    "face-recognition", "face-recognition-models", "facenet-pytorch", "fast-alpr", "fast-plate-ocr", "hailo-platform",
    "insightface", "keras", "mediapipe", "mtcnn", "ncnn", "onnxruntime", "onnxruntime-gpu", "openalpr", "openvino",
    "paddleocr", "pyannote-audio", "pycoral", "resemblyzer", "retina-face", "speechbrain", "tensorflow",
    "tflite-runtime", "torch", "ultralytics", "vosk", "whisper",
}  # fmt: skip
MODELS = re.compile(
    r".*\.(onnx|tflite|pb|pbtxt|pt|pth|caffemodel|prototxt|h5|hdf5|keras|safetensors|gguf|hef|rpk|ncnn|traineddata)"
    r"|(haar|lbp)cascade.*\.xml",
    re.IGNORECASE,
)
NAMES = re.compile(
    r"cascade_?classifier|haarcascade|lbpcascade|face_?(detect|recogni|landmark|mesh|net|encod)|cv2\.(face|dnn)\b"
    r"|insightface|deepface|\bdlib\b|mediapipe|retinaface|arcface|gait_?recog|readnet|tflite|onnxruntime|tensorflow",
    re.IGNORECASE,
)


def no_recognition(installation: Installation) -> Finding:
    """A library or a model is a fault; cascades that OpenCV's package brings are told of and must not be in use."""
    distributions = installed(installation.environment)
    models = model_files((*installation.environment, installation.code / "camera", installation.code / "server"))
    cascades = [path for path in models if "cascade" in path.name.lower() and path.parts[-3:-1] == ("cv2", "data")]
    faults = [f"the library {name} is installed" for name in sorted(distributions & LIBRARIES)]
    faults += [f"a model lies at {path}" for path in models if path not in cascades]
    faults += [f"our code names {found}" for found in named_in(installation.code)]
    faults += [f"the running camera has {name} open" for name in _open_models(installation.camera)]
    brought = (
        f"OpenCV's package brings {len(cascades)} face cascades (cv2/data); nothing of ours names or opens them"
        if cascades
        else "not even OpenCV's face cascades are here; its library still has classes for them, which ours never names"
    )
    how = f"went through {len(distributions)} installed packages, their files, our own code and the camera's open files"
    return judged(CLAIM, how, faults, brought)


def installed(environment: tuple[Path, ...]) -> set[str]:
    """Names of installed distributions, as package indexes write them."""
    found = importlib.metadata.distributions(path=[str(folder) for folder in environment])
    names = (distribution.metadata["Name"] or "" for distribution in found)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def model_files(folders: Iterable[Path]) -> list[Path]:
    """Files that a recogniser could be loaded from; a .pth at the top of a folder of packages is a list of paths."""
    found = ((folder, path) for folder in folders for path in folder.rglob("*") if MODELS.fullmatch(path.name))
    return sorted(path for folder, path in found if path.suffix != ".pth" or path.parent != folder)


def named_in(code: Path) -> list[str]:
    """Each place in our code, pages included, that names a way to recognise people."""
    paths = [path for package in ("camera", "server", "stoop") for path in modules(code, package)]
    paths += sorted((code / "server" / "web_app").rglob("*.js"))
    own = code / "stoop" / "prove" / "people.py"
    found = ((path, NAMES.search(path.read_text(errors="replace"))) for path in paths if path != own)
    return [f"{match[0]!r} in {path.relative_to(code)}" for path, match in found if match]


def _open_models(running: Running | None) -> set[str]:
    """Model files among what the process has mapped or open; nothing where we may not look."""
    if running is None:
        return set()
    folder = running.proc / str(running.pid)
    try:
        mapped = [line.split(maxsplit=5)[-1] for line in (folder / "maps").read_text().splitlines()]
        opened = [str(descriptor.readlink()) for descriptor in (folder / "fd").iterdir()]
    except OSError:
        return set()
    return {name for name in (*mapped, *opened) if MODELS.fullmatch(Path(name).name)}
