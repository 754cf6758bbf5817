"""`stoop bench clip-open`: from the click on a card to the first picture of its clip, and how long seeking takes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from stoop.bench_browser import NEXT_PICTURE, chromium_page, claim_and_draw
from stoop.bench_figures import percentile, spread
from stoop.bench_house import house

BAR_MS = {"open": 250, "seek": 120}
OPENINGS = 12
_SETTINGS = "[camera]\nfps = 30\nplate_s = 2\npre_roll_s = 5\npost_roll_s = 15\nclip_cap_s = 20\n"
"""A clip that is asked for lasts 20 s."""
_CLIP_WITHIN_S = 90.0
_SEEKS_S = (15.0, 4.0, 11.0, 2.5, 17.0)

_OPEN = (
    f"""async id => {{{NEXT_PICTURE}"""
    """
  const begun = performance.now();
  document.querySelector(`[data-testid=clip-${id}]`).click();
  let video = null;
  while (!(video = document.querySelector('[data-testid=clip-video]'))) await new Promise(requestAnimationFrame);
  const [shown] = await nextPicture(video);
  return shown - begun;
}"""
)
_SEEK = (
    f"""async to => {{{NEXT_PICTURE}"""
    """
  const video = document.querySelector('[data-testid=clip-video]');
  video.pause();
  const begun = performance.now();
  video.currentTime = to;
  for (;;) {
    const [now, meta] = await nextPicture(video);
    if (Math.abs(meta.mediaTime - to) < 1) return now - begun;
  }
}"""
)


def run() -> dict[str, Any]:  # Any: JSON figures
    """Twelve openings of one clip, five seeks after each; the camera goes on recording meanwhile.

    Raises BenchSkipped without Chromium.
    """
    opened_ms: list[float] = []
    first_seek_ms: list[float] = []
    seek_ms: list[float] = []
    with chromium_page() as page, house(["stoop.bench_camera"], _SETTINGS) as at:
        claim_and_draw(page, at.url, at.code)
        if page.get_by_test_id("record-now").is_enabled():  # else the scene's own motion began a clip
            page.get_by_test_id("record-now").click()
        clip = _first_clip(at.data)
        page.get_by_test_id("tab-clips").click()
        for _ in range(OPENINGS):
            page.get_by_test_id(f"clip-{clip}").first.wait_for()
            page.wait_for_timeout(500)
            opened_ms.append(float(page.evaluate(_OPEN, clip)))
            sought = [float(page.evaluate(_SEEK, to_s)) for to_s in _SEEKS_S]
            first_seek_ms.append(sought[0])
            seek_ms += sought
            duration_s = float(page.evaluate("document.querySelector('[data-testid=clip-video]').duration"))
            page.get_by_test_id("tab-clips").click()
    median_ms = {"open": percentile(opened_ms, 0.5), "seek": percentile(seek_ms, 0.5)}
    return {
        "open_median_ms": round(median_ms["open"], 1),
        "seek_median_ms": round(median_ms["seek"], 1),
        "bar": BAR_MS,
        "is_within_bar": all(median_ms[name] <= bar for name, bar in BAR_MS.items()),
        "baseline": "a trial: 96 to 173 ms to open, 74 to 86 ms to seek",
        "click_to_picture_ms": spread(opened_ms),
        "seek_ms": spread(seek_ms),
        "seek_right_after_opening_ms": spread(first_seek_ms),
        "clip_s": round(duration_s, 1),
    }


def _first_clip(data: Path) -> str:
    """The id of the first clip that ended; the thumbnail is what is written last."""
    deadline_s = time.monotonic() + _CLIP_WITHIN_S
    while time.monotonic() < deadline_s:
        if found := sorted((data / "sealed" / "thumbs").glob("*.thumb")):
            return found[0].stem
        time.sleep(0.2)
    raise RuntimeError(f"no clip was recorded within {_CLIP_WITHIN_S:.0f} s: nothing was measured")
