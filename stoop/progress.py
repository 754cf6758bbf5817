"""One line of progress on a terminal, for work whose length in video seconds is known only when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stoop.terminal import new_console


@contextmanager
def seconds_done(what: str, *, quiet: bool) -> Iterator[Callable[[float], None]]:
    """Gives a function that takes the seconds of video done; shows nothing when quiet or off a terminal."""
    console = new_console(is_error=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with console.status(what) as status:
        yield lambda done_s: status.update(f"{what}: {done_s:.0f} s done")
