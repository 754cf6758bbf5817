"""`stoop prove` on a terminal: runs every check, says each claim in plain words, and keeps the result for the app."""

from __future__ import annotations

import importlib
import json
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich.console import Console

from camera import __version__
from camera.atomic_file import replace_file
from camera.clock import SystemClock
from server.proof_file import MAX_BYTES, NAME, Proof, ProofFinding
from stoop.prove import CHECKS
from stoop.prove.finding import Finding, Result, failed, not_checked
from stoop.prove.installation import Installation, NoInstallationError, find_installation
from stoop.terminal import new_console

_MARKS: dict[Result, str] = {
    "proved": "[green]✓[/green]",
    "failed": "[bold red]✗[/bold red]",
    "not checked": "\N{EN DASH}",
}
_LONGEST = 1000


def prove(data: Path | None, config: Path | None, identity: Path | None, fills: int, *, as_json: bool) -> int:
    """Exit code 0 when nothing failed, 1 when something did, 2 when there was nothing to look at."""
    try:
        installation = find_installation(data, config, identity, fills)
    except NoInstallationError as error:
        print(f"stoop: {error}", file=sys.stderr)
        return 2
    found = []
    console = new_console(is_error=as_json, highlight=False)
    with console.status("checking") as status:
        for name, finding in run_checks(installation):
            found.append(as_line(name, finding))
            status.update(f"checking: {len(found)} of {len(CHECKS)}")
            if not as_json:
                show(console, finding)
    proof = Proof(1, SystemClock().wall_ms(), __version__, tuple(found))
    text = msgspec.json.encode(proof)
    _keep(installation.data / NAME, text)
    if as_json:
        print(json.dumps(json.loads(text), ensure_ascii=False))
    else:
        console.print(f"\n{summary(proof)}")
    return 1 if any(line.result == "failed" for line in found) else 0


def run_checks(installation: Installation, checks: dict[str, str] | None = None) -> Iterator[tuple[str, Finding]]:
    """Each check's finding as it comes. One that breaks off counts as failed: closed when in doubt."""
    for name, place in (CHECKS if checks is None else checks).items():
        module, _, function = place.partition(":")
        try:
            yield name, getattr(importlib.import_module(module), function)(installation)
        except PermissionError as error:
            where = error.filename or "a file"
            yield name, not_checked(_title(name), "looked", f"this user may not read {where}: ask again with sudo")
        except Exception as error:  # outermost loop: the other claims are still to be checked
            traceback.print_exc()
            yield name, failed(_title(name), "looked", f"the check itself broke off: {type(error).__name__}")


def as_line(name: str, finding: Finding) -> ProofFinding:
    return ProofFinding(
        name, finding.claim[:_LONGEST], finding.result, finding.how[:_LONGEST], finding.detail[:_LONGEST]
    )


def show(console: Console, finding: Finding) -> None:
    """The claim behind its mark, and under it how it was looked at and what was found."""
    is_open = finding.result == "not checked"
    parts = [f"could not be checked here: {finding.detail}"] if is_open else [finding.how, finding.detail]
    told = ". ".join(_sentence(part) for part in parts if part)
    console.print(f"{_MARKS[finding.result]} {finding.claim}", soft_wrap=True)
    console.print(f"  {told}.", style="dim", markup=False, soft_wrap=True)


def _sentence(text: str) -> str:
    """With a capital letter, unless it begins with the name of a file."""
    first = text.split(maxsplit=1)[0]
    return text if {"/", "."} & set(first) else text[:1].upper() + text[1:]


def summary(proof: Proof) -> str:
    counts = {result: sum(line.result == result for line in proof.findings) for result in _MARKS}
    return (
        f"{counts['proved']} proved, {counts['failed']} failed, "
        f"{counts['not checked']} could not be checked on this machine."
    )


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize() + "."


def _keep(path: Path, text: bytes) -> None:
    if len(text) > MAX_BYTES:
        print(f"stoop: the result is {len(text)} bytes, too long for the app: it is not kept", file=sys.stderr)
        return
    try:
        replace_file(path, text, 0o644)
        path.chmod(0o644)  # whatever the umask: the server runs as another user
    except OSError as error:
        print(f"stoop: the result cannot be kept in {path} ({error.strerror}): ask again with sudo", file=sys.stderr)
