"""The release that this server belongs to."""

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("stoop")
    except PackageNotFoundError:  # run from a source tree
        return "0+source"


VERSION = _installed()
