"""Updates for the machine: the wheel at hand under a later version, whole or with a server that does not start."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from camera import __version__
from stoop.update.bundle import write
from tests.markdown import ROOT
from tests.vm.prepare import WHEELS

BROKEN = b'\nraise SystemExit("this version does not start")\n'


def make_update(path: Path, version: str, counter: int, key: Ed25519PrivateKey | None, *, starts: bool = True) -> Path:
    """An update file of `version`, signed with `key`."""
    ours = next(WHEELS.glob("stoop-*.whl"))
    folder = path.parent / f"made-{path.stem}"
    folder.mkdir()
    wheel = folder / f"stoop-{version}-py3-none-any.whl"
    wheel.write_bytes(renumbered(ours.read_bytes(), version, starts=starts))
    files = {f"wheels/{one.name}": one for one in WHEELS.glob("*.whl") if one != ours}
    files |= {f"wheels/{wheel.name}": wheel, "requirements.lock": ROOT / "requirements.lock"}
    deploy = ROOT / "deploy"
    files |= {str(one.relative_to(ROOT)): one for one in deploy.rglob("*") if one.is_file()}
    write(path, files, version, counter, key)
    return path


def renumbered(wheel: bytes, version: str, *, starts: bool) -> bytes:
    """The same wheel under another version."""
    old, out = __version__, io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith(("METADATA", "RECORD", "camera/__init__.py")):
                data = data.replace(old.encode(), version.encode())
            if name == "server/main.py" and not starts:
                data += BROKEN
            target.writestr(name.replace(f"stoop-{old}.", f"stoop-{version}."), data)
    return out.getvalue()


def key_text(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode() + "\n"
