"""`stoop bench catalogue`: 10,000 journal records opened in Chromium by the web app, beside the bare primitives."""

from __future__ import annotations

import base64
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from camera.vault.cards import ClipClosed, ClipOpened
from camera.vault.files import DiskFile, DiskFiles
from camera.vault.journal import Journal
from stoop.bench import BenchSkipped
from stoop.bench_browser import chromium_page
from stoop.bench_figures import percentile
from stoop.record import VideoClock

if TYPE_CHECKING:
    from playwright.sync_api import Page

BAR_S, AIM_S = 2.0, 0.7
RECORDS = 10_000
ROUNDS = 5
_WEB = Path(__file__).parents[1] / "web"
_ORIGIN = "https://bench.invalid/"
_BUILD = """
import { build } from "vite";
const [entry, outDir] = process.argv.slice(1);
const lib = { entry, formats: ["es"], fileName: "bench" };
await build({ configFile: false, logLevel: "error", publicDir: false, build: { lib, outDir, target: "es2022" } });
"""
_OPEN = """async ([sealed, identity]) => {
  const core = await import('/bench.js');
  const bytes = Uint8Array.from(atob(sealed), letter => letter.charCodeAt(0));
  return await core.openAll(bytes, identity);
}"""
_BARE = "async records => (await import('/bench.js')).bare(records)"
_IDENTITY = "async () => (await import('/bench.js')).makeIdentity()"


class _HastyFile(DiskFile):
    """Does not wait for the card: the journal is material here."""

    def sync(self) -> None: ...


class _HastyFiles(DiskFiles):
    def open(self, path: Path, *, is_new: bool) -> DiskFile:
        file = super().open(path, is_new=is_new)
        return _HastyFile(file._path, file._descriptor)  # noqa: SLF001 - the same file, which only does not sync


def run() -> dict[str, Any]:  # Any: JSON figures
    """The median of five rounds. Raises BenchSkipped without Chromium, or outside the source tree."""
    with chromium_page() as page, tempfile.TemporaryDirectory() as folder:
        module = _build(Path(folder))
        _serve(page, module)
        made = page.evaluate(_IDENTITY)
        sealed = base64.b64encode(_journal(Path(folder), made["recipient"])).decode()
        rounds = []
        for _ in range(ROUNDS):
            opened = page.evaluate(_OPEN, [sealed, made["identity"]])
            rounds.append((opened["ms"] / 1000, float(page.evaluate(_BARE, RECORDS)) / 1000))
    if opened["records"] != RECORDS or opened["verdict"] != "complete":
        raise RuntimeError(f"the journal did not open whole: {opened}")
    open_s = percentile([mine for mine, _ in rounds], 0.5)
    return {
        "open_s": round(open_s, 3),
        "bar": BAR_S,
        "is_within_bar": open_s <= BAR_S,
        "ratio": round(percentile([mine / bare for mine, bare in rounds], 0.5), 2),
        "baseline": "the same records by the libraries' own calls in the same page: 2 HMACs, 1 opening, 1 hash each",
        "bare_s": round(percentile([bare for _, bare in rounds], 0.5), 3),
        "records": opened["records"],
        "cards": opened["cards"],
    }


def _build(folder: Path) -> str:
    """The core and the primitives as one module."""
    if not (_WEB / "node_modules" / "vite").is_dir():
        raise BenchSkipped("web/node_modules is missing: run `python3 run.py setup` in the source tree")
    entry = _WEB / "tests" / "bench_catalogue.ts"
    command = ["node", "--input-type=module", "-e", _BUILD, str(entry), str(folder / "js")]
    try:
        subprocess.run(command, cwd=_WEB, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BenchSkipped("no node: install node 20 or newer") from error
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"the page could not be built: {error.stderr[-500:]}") from error
    (built,) = (folder / "js").glob("bench.*js")
    return built.read_text()


def _serve(page: Page, module: str) -> None:
    """A secure origin that is answered here, never by a network."""
    page.route(
        _ORIGIN + "**",
        lambda route: (
            route.fulfill(body=module, content_type="text/javascript")
            if route.request.url.endswith("bench.js")
            else route.fulfill(body="<!doctype html><title>bench</title>", content_type="text/html")
        ),
    )
    page.goto(_ORIGIN)


def _journal(folder: Path, recipient: str) -> bytes:
    """One epoch: 5,000 clips, opened and closed."""
    root = folder / "journal"
    root.mkdir()
    journal = Journal(root, "c" * 32, (recipient,), VideoClock(1_700_000_000_000), _HastyFiles())
    for number in range(RECORDS // 2):
        clip, at_ms = f"{number:08x}{number:024x}", 1_700_000_000_000 + number * 60_000
        journal.append(ClipOpened(at_ms=at_ms, clip=clip, cause="motion", mask="d" * 64, clock="synced"))
        journal.append(
            ClipClosed(
                at_ms=at_ms + 20_000, clip=clip, started_at_ms=at_ms, duration_ms=20_000, size_bytes=5_000_000,
                sha256="e" * 64, end="quiet", cause="motion", thumb=base64.urlsafe_b64encode(bytes(32))[:-1].decode(),
            )
        )  # fmt: skip
    journal.close()
    (file,) = root.iterdir()
    return file.read_bytes()
