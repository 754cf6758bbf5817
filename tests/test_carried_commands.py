"""What the camera can be asked, the server carries: an action that is missing there would look broken to its owner."""

from __future__ import annotations

from camera.actions import ACTIONS, ACTIONS_OF_INVITES
from server.carry import COMMANDS

HAVE_A_ROUTE_OF_THEIR_OWN = {"login", "live.open"}


def test_every_action_goes_through_the_server() -> None:
    assert set(ACTIONS) == COMMANDS | HAVE_A_ROUTE_OF_THEIR_OWN


def test_pairing_has_a_route_of_its_own() -> None:
    assert not set(ACTIONS_OF_INVITES) & COMMANDS
