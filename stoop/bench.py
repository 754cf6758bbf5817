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
    "accuracy": "stoop.bench_accuracy",
    "ablation": "stoop.bench_ablation",
    "leave-one-out": "stoop.bench_leave_one_out",
    "invariance": "stoop.bench_invariance",
    "scenes": "stoop.bench_scenes",
    "parcels": "stoop.bench_parcels",
    "lockout": "stoop.bench_lockout",
    "vault": "stoop.bench_vault",
    "seal": "stoop.bench_seal",
    "fanout": "stoop.bench_fanout",
    "wear": "stoop.bench_wear",
    "memory": "stoop.bench_memory",
    "latency": "stoop.bench_latency",
    "first-picture": "stoop.bench_first_picture",
    "bell": "stoop.bench_bell",
    "clip-open": "stoop.bench_clip_open",
    "catalogue": "stoop.bench_catalogue",
}
"""Each module has `run() -> dict`; it raises BenchSkipped when something is missing. See docs/benchmarks.md."""


class BenchSkipped(Exception):
    """Something that the benchmark needs is not on this machine; the message is the reason, with the fix."""


def run_benches(names: list[str], *, as_json: bool) -> int:
    """Run those named, or all; the exit code. A benchmark without its bar met is a figure, not a failure."""
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"stoop: no benchmark {unknown[0]!r}: there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        result = run_bench(name)
        print(json.dumps(result) if as_json else _in_words(result), flush=True)
    return 0


def run_bench(name: str) -> dict[str, Any]:  # Any: JSON figures
    """One benchmark's figures, or `skipped` with the reason."""
    try:
        return {"name": name, **importlib.import_module(BENCHES[name]).run()}
    except BenchSkipped as skipped:
        return {"name": name, "skipped": str(skipped)}


def _in_words(result: dict[str, Any]) -> str:
    figures = "\n".join(f"  {key:34} {value}" for key, value in result.items() if key != "name")
    return f"{result['name']}\n{figures}"
