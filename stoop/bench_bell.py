"""`stoop bench bell`: from the button's struct to the first sample at the loudspeaker, and to the page in Chromium.

The button is a FIFO with the kernel's structs, the loudspeaker a file: what lies between is what an owner runs.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from camera.doorbell.evdev import EV_KEY, EVENT
from stoop.bench_browser import chromium_page, claim_and_draw
from stoop.bench_figures import percentile, spread
from stoop.bench_house import house
from stoop.bench_latency import clock_offset_ms

if TYPE_CHECKING:
    from playwright.sync_api import Page

BAR_TO_PAGE_MS = 200
BAR_TO_SOUND_MS = 150
PRESSES = 10
_APART_S = 3.2
_LOOK_S = 0.0005
_KEY_ENTER = 28
_TAP = EVENT.pack(0, 0, EV_KEY, _KEY_ENTER, 1) + EVENT.pack(0, 0, EV_KEY, _KEY_ENTER, 0)

_WAIT_FOR_IT = """() => {
  window.rangAt = null;
  window.paintedAt = null;
  const seen = () => document.querySelector('[data-testid=door], [data-testid=door-bar]');
  const watcher = new MutationObserver(() => {
    if (!seen()) return;
    watcher.disconnect();
    window.rangAt = performance.now();
    requestAnimationFrame(() => { window.paintedAt = performance.now(); });
  });
  watcher.observe(document.body, {childList: true, subtree: true});
}"""


def run() -> dict[str, Any]:  # Any: JSON figures
    """Ten presses, the page on the clips. Raises BenchSkipped without Chromium."""
    to_page, to_sound = [], []
    with tempfile.TemporaryDirectory(prefix="stoop-bench-bell") as folder:
        button, heard = Path(folder) / "button", Path(folder) / "heard.raw"
        os.mkfifo(button)
        settings = (
            f'[camera]\nfps = 30\nplate_s = 2\nbutton = "evdev:{button}"\nspeaker = "file:{heard}"\nchime = "sound"\n'
        )
        finger = os.open(button, os.O_RDWR | os.O_NONBLOCK)
        try:
            with chromium_page() as page, house(["stoop.bench_camera"], settings) as at:
                claim_and_draw(page, at.url, at.code)
                page.get_by_test_id("tab-clips").click()
                offset_ms = clock_offset_ms(page)
                for _ in range(PRESSES):
                    page_ms, sound_ms = _press(page, finger, heard)
                    to_page.append(page_ms + offset_ms)
                    to_sound.append(sound_ms)
                    page.get_by_test_id("door-dismiss").click()
                    time.sleep(_APART_S)
        finally:
            os.close(finger)
    return {
        "press_to_page_median_ms": round(percentile(to_page, 0.5), 1),
        "press_to_page_worst_ms": round(max(to_page), 1),
        "press_to_sound_median_ms": round(percentile(to_sound, 0.5), 1),
        "press_to_sound_worst_ms": round(max(to_sound), 1),
        "bar": {"press_to_page_ms": BAR_TO_PAGE_MS, "press_to_sound_ms": BAR_TO_SOUND_MS},
        "is_within_bar": max(to_page) <= BAR_TO_PAGE_MS and max(to_sound) <= BAR_TO_SOUND_MS,
        "baseline": "users of cloud doorbells report 5 to 20 s to the phone",
        "press_to_page_ms": spread(to_page),
        "press_to_sound_ms": spread(to_sound),
        "presses": PRESSES,
    }


def _press(page: Page, finger: int, heard: Path) -> tuple[float, float]:
    """Milliseconds to the page, on the page's clock less ours, and to the first sample."""
    page.evaluate(_WAIT_FOR_IT)
    before = heard.stat().st_size if heard.exists() else 0
    sounded_at: list[float] = []
    watching = threading.Thread(target=_await_growth, args=(heard, before, sounded_at))
    watching.start()
    pressed_at_ms = time.monotonic_ns() / 1e6
    os.write(finger, _TAP)
    page.wait_for_function("() => window.paintedAt !== null")
    watching.join()
    shown_at_ms = float(page.evaluate("window.paintedAt"))
    return shown_at_ms - pressed_at_ms, sounded_at[0] - pressed_at_ms


def _await_growth(heard: Path, size: int, at_ms: list[float]) -> None:
    deadline_s = time.monotonic() + 20
    while time.monotonic() < deadline_s:
        if heard.exists() and heard.stat().st_size > size:
            break
        time.sleep(_LOOK_S)
    at_ms.append(time.monotonic_ns() / 1e6)
