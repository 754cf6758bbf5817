"""The live picture to many viewers (WHEP-shaped): answers an offer, passes pictures through, ends with its ticket."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Protocol

from aioice.ice import Connection
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtcrtpparameters import RTCRtpCodecCapability

from camera.contract import AccessUnit, Event, Sound, State, TicketEnded
from server import aiortc_private
from server.certificate import lan_addresses
from server.errors import Refused, bad_request
from server.pictures import ParameterSets, PictureTrack, to_packet
from server.sdp_offer import Offer
from server.shared_datagrams import SharedDatagrams
from server.talk import SoundTrack, pump_voice

logger = logging.getLogger(__name__)

MAX_VIEWERS = 16
MAX_VIEWERS_PER_SESSION = 4
CONNECT_LIMIT_S = 15.0
CLOSE_LIMIT_S = 1.0
KEY_PICTURE_PAUSE_S = 0.3
_PROFILE = "42e01f"  # constrained baseline 3.1, what the camera encodes


class TicketDesk(Protocol):
    """Whom live tells what the camera must know."""

    def want_key_picture(self) -> None: ...
    def viewer_left(self, viewer: str) -> None: ...
    def talk(self, viewer: str, pcm: bytes) -> None: ...


@dataclass(slots=True, eq=False)
class Viewer:
    """One connection to one browser."""

    id: str
    session: str
    peer: RTCPeerConnection
    track: PictureTrack
    sound: SoundTrack | None = None
    voice: asyncio.Task[None] | None = None
    is_ending: bool = False
    deadline: asyncio.TimerHandle | None = field(default=None)


class Live:
    """All viewers. Runs on the event loop; a LinkListener.

    A viewer ends when its ticket does, when the browser leaves, when its session ends, when it has not connected after
    CONNECT_LIMIT_S, and when the camera goes away. However it ends, the camera hears `viewer_left`, once.
    """

    def __init__(self, desk: TicketDesk) -> None:
        self._desk = desk
        self._shared: SharedDatagrams | None = None
        self._viewers: dict[str, Viewer] = {}
        self._parameter_sets = ParameterSets()
        self._key_pause: asyncio.TimerHandle | None = None
        self._is_key_wanted = False
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._viewers)

    def share(self, datagrams: SharedDatagrams) -> None:
        """From now on all viewers come in on this socket; none is opened."""
        self._shared = datagrams

    def check_room(self, session: str) -> None:
        """Raises Refused (too_many) when this session, or everybody, watches as often as may be."""
        own = sum(viewer.session == session for viewer in self._viewers.values())
        if own >= MAX_VIEWERS_PER_SESSION:
            raise Refused(429, "too_many", f"this browser watches {own} times already, close one")
        if len(self._viewers) >= MAX_VIEWERS:
            raise Refused(429, "too_many", f"{MAX_VIEWERS} viewers watch already, ask one to leave")

    async def open(
        self, viewer_id: str, session: str, offer: Offer, local_address: str, *, may_talk: bool = False
    ) -> str:
        """Answer `offer` for an accepted ticket; the answer's SDP, with candidates of the interface of `local_address`.

        `may_talk`: sound is agreed on where it is offered, which opens no microphone: the camera gives and takes none
        without its own ticket for talk.

        Raises Refused; then nothing is left open and the ticket is given back.
        """
        viewer: Viewer | None = None
        try:
            self.check_room(session)
            viewer = self._make(viewer_id, session)
            viewer.sound = SoundTrack() if may_talk and offer.has_sound else None
            return await self._negotiate(viewer, offer, local_address)
        except BaseException as error:
            if viewer is None:
                self._desk.viewer_left(viewer_id)
            else:
                self._end(viewer, "no answer")
            if isinstance(error, Exception) and not isinstance(error, Refused):
                # aiortc raises whatever its parser met: AssertionError, KeyError, StopIteration, …
                logger.info("an offer could not be answered: %s", type(error).__name__)
                raise bad_request("the offer could not be answered; does this browser play H.264?") from error
            raise

    def close(self, viewer_id: str, session: str) -> bool:
        """End a viewer of this session; False when there is none."""
        viewer = self._viewers.get(viewer_id)
        if viewer is None or viewer.session != session:
            return False
        self._end(viewer, "closed")
        return True

    def close_session(self, session: str) -> None:
        """End every viewer of a session that has ended."""
        for viewer in [viewer for viewer in self._viewers.values() if viewer.session == session]:
            self._end(viewer, "session ended")

    async def close_all(self) -> None:
        """End everybody; returns when their connections are closed or CLOSE_LIMIT_S is over."""
        for viewer in list(self._viewers.values()):
            self._end(viewer, "server stops")
        if self._key_pause is not None:
            self._key_pause.cancel()
        if self._closing:
            await asyncio.wait(self._closing, timeout=CLOSE_LIMIT_S)

    def link_changed(self, is_online: bool) -> None:
        """The tickets died with the camera."""
        if not is_online:
            for viewer in list(self._viewers.values()):
                self._end(viewer, "camera went away")

    def state_changed(self, state: State) -> None:
        """Nothing here depends on it."""

    def event_happened(self, event: Event) -> None:
        """Nothing here depends on it."""

    def ticket_ended(self, ticket: TicketEnded) -> None:
        """The camera sends this viewer nothing more."""
        self._forget(ticket.viewer)

    def unit_arrived(self, unit: AccessUnit) -> None:
        """Pass a picture to everybody."""
        data = self._parameter_sets.complete(unit)
        if not self._viewers:
            return
        packet = to_packet(unit, data)
        for viewer in self._viewers.values():
            viewer.track.push(packet, is_key=unit.is_key)

    def sound_arrived(self, sound: Sound) -> None:
        """Pass 20 ms of sound to the one who talks."""
        viewer = self._viewers.get(sound.viewer)
        if viewer is not None and viewer.sound is not None:
            viewer.sound.push(sound)

    def want_key_picture(self) -> None:
        """Ask the camera; wishes within KEY_PICTURE_PAUSE_S become one."""
        if self._key_pause is not None:
            self._is_key_wanted = True
            return
        self._desk.want_key_picture()
        self._key_pause = asyncio.get_running_loop().call_later(KEY_PICTURE_PAUSE_S, self._key_pause_over)

    def _key_pause_over(self) -> None:
        self._key_pause = None
        if self._is_key_wanted:
            self._is_key_wanted = False
            self.want_key_picture()

    def _make(self, viewer_id: str, session: str) -> Viewer:
        # An empty list of servers: None would mean a public STUN server.
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        viewer = Viewer(viewer_id, session, peer, PictureTrack(self.want_key_picture))
        self._viewers[viewer_id] = viewer
        peer.on("connectionstatechange", lambda: self._connection_changed(viewer))
        return viewer

    async def _negotiate(self, viewer: Viewer, offer: Offer, local_address: str) -> str:
        peer = viewer.peer
        transceiver = peer.addTransceiver(viewer.track, direction="sendonly")
        # Before the offer is looked at: afterwards VP8 would have been agreed on.
        transceiver.setCodecPreferences(h264_and_rtx())
        aiortc_private.on_key_picture_wanted(transceiver, self.want_key_picture)
        sound = self._add_sound(viewer)
        self._gather(aiortc_private.ice_connection(transceiver), local_address)
        await peer.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        aiortc_private.await_dtls(transceiver, offer.sdp)
        for other in peer.getTransceivers():
            if other not in (transceiver, sound):
                other.direction = "inactive"  # nothing that this browser sends is wanted
        if offer.playout_delay_id is not None:
            aiortc_private.send_playout_delay(transceiver, offer.playout_delay_id)
        await peer.setLocalDescription()
        if viewer.is_ending:
            raise Refused(409, "conflict", "the ticket ended while the connection was made")
        viewer.deadline = asyncio.get_running_loop().call_later(CONNECT_LIMIT_S, self._not_connected, viewer)
        return peer.localDescription.sdp

    def _gather(self, connection: Connection, local_address: str) -> None:
        if self._shared is not None:
            aiortc_private.gather_shared(connection, self._shared, local_address)
        else:
            aiortc_private.gather_guarded(connection, candidate_addresses(local_address, lan_addresses()))

    def _add_sound(self, viewer: Viewer) -> RTCRtpTransceiver | None:
        """The sound both ways, in a stream of its own: shared with the picture's, it would delay the picture."""
        if viewer.sound is None:
            return None
        transceiver = viewer.peer.addTransceiver(viewer.sound, direction="sendrecv")
        transceiver.setCodecPreferences(opus())
        aiortc_private.part_stream(transceiver)

        def on_track(track: MediaStreamTrack) -> None:
            if track.kind == "audio" and viewer.voice is None:
                viewer.voice = asyncio.ensure_future(pump_voice(track, lambda pcm: self._desk.talk(viewer.id, pcm)))

        viewer.peer.on("track", on_track)
        return transceiver

    def _connection_changed(self, viewer: Viewer) -> None:
        state = viewer.peer.connectionState
        if state == "connected" and viewer.deadline is not None:
            viewer.deadline.cancel()
        elif state in ("failed", "closed"):
            self._end(viewer, f"connection {state}")

    def _not_connected(self, viewer: Viewer) -> None:
        if viewer.peer.connectionState != "connected":
            self._end(viewer, "never connected")

    def _forget(self, viewer_id: str) -> None:
        viewer = self._viewers.get(viewer_id)
        if viewer is not None:
            self._end(viewer, "ticket ended")

    def _end(self, viewer: Viewer, why: str) -> None:
        if viewer.is_ending:
            return
        viewer.is_ending = True
        logger.info("viewer %s: %s", viewer.id, why)
        if self._viewers.get(viewer.id) is viewer:
            del self._viewers[viewer.id]
        if viewer.deadline is not None:
            viewer.deadline.cancel()
        viewer.track.stop()
        if viewer.sound is not None:
            viewer.sound.stop()
        if viewer.voice is not None:
            viewer.voice.cancel()
        self._desk.viewer_left(viewer.id)
        task = asyncio.ensure_future(_close(viewer.peer))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(peer: RTCPeerConnection) -> None:
    """aiortc's close can wait for ever; its sockets are gone by then."""
    try:
        await asyncio.wait_for(peer.close(), CLOSE_LIMIT_S)
    except TimeoutError:
        logger.warning("a connection did not close within %s s", CLOSE_LIMIT_S)


def candidate_addresses(local_address: str, lan: list[str]) -> list[str]:
    """The one interface on which the request came in.

    A browser on this very machine may have either of loopback's addresses, or refuse loopback for media as Firefox
    does: it gets both and the first of the LAN's.
    """
    address = local_address.removeprefix("::ffff:")
    return ["127.0.0.1", "::1", *lan[:1]] if address in ("127.0.0.1", "::1") else [address]


def h264_and_rtx() -> list[RTCRtpCodecCapability]:
    """The one profile that the camera encodes, and retransmission: nothing else is to be agreed on."""
    codecs = RTCRtpSender.getCapabilities("video").codecs
    h264 = [c for c in codecs if c.mimeType == "video/H264" and c.parameters.get("profile-level-id") == _PROFILE]
    return h264 + [c for c in codecs if c.mimeType == "video/rtx"]


def opus() -> list[RTCRtpCodecCapability]:
    """The one codec for sound: the camera encodes it, and every browser has it (RFC 7874 section 3)."""
    return [c for c in RTCRtpSender.getCapabilities("audio").codecs if c.mimeType == "audio/opus"]
