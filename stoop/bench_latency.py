"""`stoop bench latency`: from the lens to Chromium's screen, through the real processes and the real page.

The lens draws the instant of capture into each picture; the page reads it back from the pixels that it shows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from stoop.bench_browser import NEXT_PICTURE, chromium_page, claim_and_draw
from stoop.bench_camera import SIZE, TICK_NS
from stoop.bench_coded import BITS, BLOCK_PX, check_sum, code_corner
from stoop.bench_figures import percentile, spread
from stoop.bench_house import house

if TYPE_CHECKING:
    from playwright.sync_api import Page

BAR_MS = (35, 60)
PICTURES = 450
_SETTINGS = "[camera]\nfps = 30\nplate_s = 2\n"
_SETTLE_S = 3.0

_READ = (
    f"""async ([count, left, top, bits, block]) => {{{NEXT_PICTURE}"""
    """
  const video = document.querySelector('[data-testid=live-video]');
  const canvas = new OffscreenCanvas(bits * block, block);
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const seen = [];
  while (seen.length < count) {
    const [now, meta] = await nextPicture(video);
    const at = performance.now();
    context.drawImage(video, left, top, bits * block, block, 0, 0, bits * block, block);
    const pixels = context.getImageData(0, block / 2, bits * block, 1).data;
    let word = '';
    for (let bit = 0; bit < bits; bit++) word += pixels[(bit * block + block / 2) * 4] > 128 ? '1' : '0';
    const received = meta.receiveTime ?? null;
    seen.push([parseInt(word.slice(0, -8), 2), parseInt(word.slice(-8), 2), at, meta.expectedDisplayTime, received]);
  }
  return seen;
}"""
)


def run() -> dict[str, Any]:  # Any: JSON figures
    """450 pictures of 1280x720 at 30/s, recording meanwhile. Raises BenchSkipped without Chromium."""
    with chromium_page() as page, house(["stoop.bench_camera"], _SETTINGS) as at:
        claim_and_draw(page, at.url, at.code)
        time.sleep(_SETTLE_S)
        offset_ms = clock_offset_ms(page)
        left, top = code_corner(SIZE)
        seen = page.evaluate(_READ, [PICTURES, left, top, BITS, BLOCK_PX])
    good = [row for row in seen if check_sum(row[0]) == row[1]]
    if len(good) < PICTURES / 2:
        raise RuntimeError(f"only {len(good)} of {PICTURES} time codes could be read: nothing was measured")
    shown = [_since(row[0], row[2] + offset_ms) for row in good]
    received = [_since(row[0], row[4] + offset_ms) for row in good if row[4] is not None]
    figures = {
        "median_ms": round(percentile(shown, 0.5), 1),
        "p95_ms": round(percentile(shown, 0.95), 1),
        "bar": BAR_MS,
        "is_within_bar": percentile(shown, 0.5) <= BAR_MS[0] and percentile(shown, 0.95) <= BAR_MS[1],
        "baseline": "a trial without our camera: 24 / 39 ms with playout delay 0, 53 / 72 ms without",
        "capture_to_expected_display_ms": spread([_since(row[0], row[3] + offset_ms) for row in good]),
        "pictures": len(good),
    }
    if received:
        figures["capture_to_last_packet_ms"] = spread(received)
    return figures


def clock_offset_ms(page: Page) -> float:
    """What to add to the page's clock to get this machine's monotonic clock; off by half the quickest round trip."""
    best_ms, offset_ms = float("inf"), 0.0
    for _ in range(60):
        before_ms = time.monotonic_ns() / 1e6
        page_ms = page.evaluate("performance.now()")
        after_ms = time.monotonic_ns() / 1e6
        if after_ms - before_ms < best_ms:
            best_ms, offset_ms = after_ms - before_ms, (before_ms + after_ms) / 2 - page_ms
    return offset_ms


def _since(code: int, at_ms: float) -> float:
    """Milliseconds from the instant that the code names to `at_ms`, both on the monotonic clock."""
    tick_ms = TICK_NS / 1e6
    return ((at_ms / tick_ms - code) % (1 << 32)) * tick_ms
