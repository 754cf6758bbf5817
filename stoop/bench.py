"""The benchmarks in one visible table; each gives figures as ratios to a baseline measured in the same run."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

BENCHES = {
    "pipeline": "stoop.bench_pipeline",
    "mask": "stoop.bench_mask",
    "motion": "stoop.bench_motion",
    "seal": "stoop.bench_seal",
    "fanout": "stoop.bench_fanout",
}
"""Each module has `run() -> dict` with at least `name`, or `skipped` with the reason."""


def run_benches(names: list[str], *, as_json: bool) -> int:
    """Run those named, or all; the exit code. A benchmark without its bar met is a figure, not a failure."""
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"stoop: no benchmark {unknown[0]!r}: there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        result: dict[str, Any] = {"name": name, **importlib.import_module(BENCHES[name]).run()}  # Any: JSON
        print(json.dumps(result) if as_json else _in_words(result), flush=True)
    return 0


def _in_words(result: dict[str, Any]) -> str:
    figures = "\n".join(f"  {key:34} {value}" for key, value in result.items() if key != "name")
    return f"{result['name']}\n{figures}"
