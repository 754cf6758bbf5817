"""Where pictures come from. To add a camera: one module, one line in `SOURCES`, one test, one line in the guide."""

from __future__ import annotations

from importlib import import_module
from urllib.parse import parse_qsl

from camera.sources.source import Source, SourceError, SourceOptions, SourceSpec

SOURCES = {
    "demo": "camera.sources.demo:open_demo",
    "file": "camera.sources.file:open_file",
    "picamera": "camera.sources.picamera:open_picamera",
    "v4l2": "camera.sources.v4l2:open_v4l2",
}
"""Kind to `module:function`, imported when first opened; the function takes (SourceSpec, SourceOptions)."""

__all__ = ["SOURCES", "Source", "SourceError", "SourceOptions", "SourceSpec", "open_source", "parse_spec"]


def parse_spec(spec: str) -> SourceSpec:
    """`kind`, `kind:address` or either with `?name=value&…` behind it.

    Raises SourceError when the kind is none of `SOURCES` or a setting has no value.
    """
    place, _, query = spec.rpartition("?") if "?" in spec else (spec, "", "")
    kind, _, address = place.partition(":")
    if kind not in SOURCES:
        raise SourceError(f"source {spec!r} is of no known kind: use one of {', '.join(sorted(SOURCES))}")
    try:
        settings = dict(parse_qsl(query, strict_parsing=True)) if query else {}
    except ValueError as error:
        raise SourceError(f"source {spec!r} has settings that can't be read: write them like ?name=value") from error
    return SourceSpec(kind, address, settings)


def open_source(spec: str, options: SourceOptions | None = None) -> Source:
    """The source that `spec` names, ready to give pictures.

    Raises SourceError when it does not exist, can't be opened or has settings that it doesn't know.
    """
    parsed = parse_spec(spec)
    module, _, function = SOURCES[parsed.kind].partition(":")
    source: Source = getattr(import_module(module), function)(parsed, options or SourceOptions())
    return source
