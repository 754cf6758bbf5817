"""Those who may look at unmasked pictures: plate and traffic map on an owner's signed request, and the reader of the
set-up code while there is no owner."""

from __future__ import annotations

from typing import Protocol

from camera.frame import Frame


class Looker(Protocol):
    """Sees every picture of the lens and keeps none that was not asked for; `forget` drops all."""

    def offer(self, frame: Frame) -> None: ...
    def forget(self) -> None: ...


class Lookers:
    """Several as one. **The frame is lent for the call; it stays its owner's and unchanged.**"""

    def __init__(self, *lookers: Looker) -> None:
        self._lookers = lookers

    def offer(self, frame: Frame) -> None:
        for looker in self._lookers:
            looker.offer(frame)

    def forget(self) -> None:
        for looker in self._lookers:
            looker.forget()
