"""What the claims are tried on: the machine, the street, the owner; and the results so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.e2e.scripted_owner import ScriptedOwner
from tests.vm.machine import Failure, Machine
from tests.vm.street import Street

INSTALL = ("/srv/stoop/deploy/raspberry-pi/install.sh", "--wheels", "/srv/wheels", "--source", "demo")
PYTHON = "/opt/stoop/current/bin/python"


@dataclass(slots=True)
class House:
    machine: Machine
    street: Street
    owner: ScriptedOwner | None = None
    cuts: int = 2
    clips: list[str] = field(default_factory=list)

    def the_owner(self) -> ScriptedOwner:
        """Raises Failure before the claim."""
        if self.owner is None:
            raise Failure("nobody has claimed this machine: an earlier step failed")
        return self.owner


def need(is_so: object, sentence: str) -> None:
    """Raises Failure with `sentence` unless `is_so`."""
    if not is_so:
        raise Failure(sentence)
