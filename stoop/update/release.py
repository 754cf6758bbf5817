"""Makes a release from a checkout: our wheel twice, the same bytes; wheels of others; a parts list; a signed update.

`python3 run.py release --key FILE`. Needs a network (the registry's wheels, each checked against its hash).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from camera import __version__
from stoop.update.bundle import SUFFIX, write
from stoop.update.lock import lock_for

ROOT = Path(__file__).parents[2]
TARGETS = {
    "aarch64-3.13": ("aarch64", "3.13"),
    "aarch64-3.11": ("aarch64", "3.11"),
    "x86_64-3.13": ("x86_64", "3.13"),
    "x86_64-3.11": ("x86_64", "3.11"),
}
"""Of Raspberry Pi OS and Debian: trixie has Python 3.13, bookworm 3.11."""
_GLIBCS = ("manylinux_2_36", "manylinux_2_34", "manylinux_2_31", "manylinux_2_28", "manylinux_2_17", "manylinux2014")


class ReleaseError(Exception):
    """No release; the message is one sentence."""


def main(words: list[str] | None = None) -> int:
    """0 when everything is in the folder, 1 when not."""
    options = _options(words)
    try:
        if options.new_key:
            new_key(options.key)
        release(options.key, options.counter or _commits(), options.target, options.out)
    except (ReleaseError, OSError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


def release(key_file: Path, counter: int, targets: list[str], out: Path) -> None:
    """Everything into `out`, which is emptied first. Raises ReleaseError, OSError."""
    key = read_key(key_file)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    wheel = same_wheel_twice(out)
    sbom(out / f"stoop-{__version__}.cdx.json")
    for target in targets:
        with tempfile.TemporaryDirectory() as folder:
            files = update_files(Path(folder), wheel, target, key, counter)
            write(out / f"stoop-{__version__}-{target}{SUFFIX}", files, __version__, counter, key)
    (out / "release.pub").write_text(public_text(key))
    check_sums(out, key)
    for path in sorted(out.iterdir()):
        print(f"  {path.stat().st_size:>12,}  {path.name}")


def same_wheel_twice(out: Path) -> Path:
    """Ours, built in two folders; raises ReleaseError when the two differ by one byte."""
    built = []
    for number in range(2):
        with tempfile.TemporaryDirectory(prefix=f"build{number}-") as folder:
            tree = Path(folder) / ("a" * (number + 1))  # neither may depend on where it lies
            _run(["git", "-C", str(ROOT), "worktree", "add", "--quiet", "--detach", str(tree)])
            try:
                shutil.copytree(ROOT / "web" / "node_modules", tree / "web" / "node_modules", symlinks=True)
                pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
                _run([*pip, "--disable-pip-version-check", "--wheel-dir", f"{folder}/out", str(tree)])
            finally:
                _run(["git", "-C", str(ROOT), "worktree", "remove", "--force", str(tree)])
            found = next(Path(folder, "out").glob("stoop-*.whl"))
            built.append(found.read_bytes())
            name = found.name
    first, second = (hashlib.sha256(data).hexdigest() for data in built)
    if first != second:
        raise ReleaseError(
            f"two builds of {name} differ ({first[:12]} and {second[:12]}): find what puts time or place in"
        )
    print(f"two builds of {name} are the same {len(built[0]):,} bytes, SHA-256 {first}")
    (out / name).write_bytes(built[0])
    return out / name


def sbom(path: Path) -> None:
    """What is in it (CycloneDX), from the lock, by a tool in an environment of its own."""
    folder = ROOT / ".vm" / "release"
    if not (folder / "bin" / "cyclonedx-py").exists():
        _run([sys.executable, "-m", "venv", str(folder)])
        lock = str(ROOT / "requirements-release.lock")
        _run([str(folder / "bin" / "pip"), "install", "--quiet", "--require-hashes", "-r", lock])
    words = ["requirements", str(ROOT / "requirements.lock"), "--output-reproducible", "--of", "JSON", "-o", str(path)]
    _run([str(folder / "bin" / "cyclonedx-py"), *words])


def update_files(folder: Path, wheel: Path, target: str, key: Ed25519PrivateKey, counter: int) -> dict[str, Path]:
    """Name in the update to file, for this machine and Python."""
    machine, python = TARGETS[target]
    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", str(wheels)]
    where = [f"--platform={glibc}_{machine}" for glibc in _GLIBCS]
    abis = [f"--abi={abi}" for abi in (f"cp{python.replace('.', '')}", "abi3", "none")]
    theirs = folder / "requirements.lock"
    theirs.write_text(lock_for((ROOT / "requirements.lock").read_text(), machine, python))
    lock = ["--only-binary=:all:", "--require-hashes", "--no-deps", "-r", str(theirs)]
    _run([*pip, *where, *abis, "--implementation=cp", f"--python-version={python}", *lock])
    files = {f"wheels/{path.name}": path for path in sorted(wheels.iterdir())}
    files[f"wheels/{wheel.name}"] = wheel
    files["requirements.lock"] = ROOT / "requirements.lock"
    deploy = ROOT / "deploy"
    files |= {str(path.relative_to(ROOT)): path for path in sorted(deploy.rglob("*")) if path.is_file()}
    for name, text in (("release.pub", public_text(key)), ("counter", f"{counter}\n")):
        (folder / name).write_text(text)
        files[f"deploy/raspberry-pi/{name}"] = folder / name
    return files


def check_sums(out: Path, key: Ed25519PrivateKey) -> None:
    """SHA256SUMS as sha256sum reads it, and its signature (Ed25519, base64)."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(out.iterdir())]
    text = "\n".join(lines) + "\n"
    (out / "SHA256SUMS").write_text(text)
    (out / "SHA256SUMS.sig").write_text(base64.b64encode(key.sign(text.encode())).decode() + "\n")


def new_key(path: Path) -> None:
    """Raises FileExistsError: a key is never written over."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(private)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Raises ReleaseError, OSError."""
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ReleaseError(f"{path} is no Ed25519 key: make one with --new-key")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode() + "\n"


def _commits() -> int:
    """Grows with every commit of the main line, which is what a release is made from."""
    return int(_run(["git", "-C", str(ROOT), "rev-list", "--count", "HEAD"]))


def _run(words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseError(f"{' '.join(words[:4])} … failed: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout.strip()


def _options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 run.py release", description=__doc__)
    parser.add_argument("--key", type=Path, required=True, help="the release key (PEM); keep it off this machine")
    parser.add_argument("--new-key", action="store_true", help="make that key first")
    parser.add_argument("--counter", type=int, help="number of this release; default: count of commits")
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), help="default: aarch64-3.13")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    options = parser.parse_args(words)
    options.target = options.target or ["aarch64-3.13"]
    return options


if __name__ == "__main__":
    sys.exit(main())
