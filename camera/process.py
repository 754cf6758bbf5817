"""The running camera: wires lens, pipeline, vault, commands and publisher; decides nothing about pictures itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from camera import __version__
from camera.actions import end_views
from camera.bell_desk import BellDesk
from camera.bell_only import BellOnly
from camera.claim_code import ClaimCode, ClaimCodes
from camera.clock import Clock, SystemClock
from camera.commands import Authority, Commands
from camera.contract import (
    AccessUnit,
    CameraMessage,
    Command,
    Event,
    KeyPictureWanted,
    MaskState,
    NonceIssued,
    NonceWanted,
    PendingMask,
    ServerMessage,
    State,
    TalkBlock,
    TicketEnded,
    ViewerLeft,
    ViewWord,
)
from camera.control import ClipRoom, PlateView, TrafficView
from camera.errors import CommandRefused
from camera.frame import MaskedFrame, PictureSize
from camera.hole_desk import HoleDesk, is_no_courier
from camera.home import CameraRecord, Home
from camera.lens import LensOpened
from camera.loosening import hours
from camera.mask import Mask, Masker, MaskError, parse_mask
from camera.mask_change import MaskChange, compare_at_each
from camera.mask_replacing import carry_out_due
from camera.mask_shape import MaskShapes, is_same_shape
from camera.message_desk import LONGEST_S, MessageDesk
from camera.motion import Box, MotionTuning
from camera.motion_desk import MotionDesk
from camera.parcel_desk import ParcelDesk
from camera.parcels import ParcelNews
from camera.plate_session import PlateSession
from camera.publisher import Publisher
from camera.recorder import RecorderAction
from camera.replies import Replies
from camera.revoking import find_leftovers, finish_removals
from camera.settings import Settings
from camera.shown_key import CodeReader
from camera.sound_desk import SoundDesk, open_sound_in
from camera.sources import Source
from camera.sources.metering import Meter
from camera.status import Identity, StatusBoard
from camera.storage import Storage
from camera.talk_desk import TalkDesk
from camera.traffic import TrafficSession
from camera.unmasked import Lookers
from camera.update_desk import UpdateDesk
from camera.vault.cards import CameraStarted, ClipKept, ParcelSeen, Record, ViewMoved
from camera.view import ViewMemory, ViewState
from camera.view_guard import ViewGuard
from camera.visible_area import visible_pixels
from camera.watch import Watch
from camera.watchdog import Watchdog

logger = logging.getLogger(__name__)
_UNKNOWN_SIZE = PictureSize(1280, 720)
METERED_AT = PictureSize(480, 270)
"""Fine enough for 15 x 15 zones."""
_USUAL_SIZES = (_UNKNOWN_SIZE, PictureSize(640, 480), PictureSize(1920, 1080))
"""Before the lens has told its size, a drawing is compared at each of these."""
_WAITING_STEP_S = 1.0
_END_CLIP_STEPS, _END_CLIP_STEP_S = 20, 0.05
_RETRY_NS = 900_000_000
_PRESS_STANDS_NS = 30_000_000_000
"""A lens that opens within so long of a press still makes its clip."""


_SOUND_COMES_NS = 2_000_000_000
"""The end of a message is asked for by the vault's thread, a moment later."""


class CameraProcess:
    """Owns the camera's threads: video, vault, publisher, and one that lets waiting drawings wait.

    `_authority_lock` is held around every command and every end of a ticket. A crash leaves the open clip cut and every
    other file as it was.
    """

    def __init__(
        self,
        data: Path,
        settings: Settings,
        open_source: Callable[[], Source],
        socket_path: Path,
        on_claim_code: Callable[[ClaimCode | None], None],
        clock: Clock | None = None,
        watchdog: Watchdog | None = None,
        make_smaller: Callable[[], bool] = lambda: False,
        given_code: str | None = None,
        updater: Path | None = None,
        meter: Meter | None = None,
    ) -> None:
        """`on_claim_code` is told each new code; None when none is valid, at the start too.

        Raises CameraError or CommandRefused when the data folder or the socket cannot be used.
        """
        self._clock = clock or SystemClock()
        self._watchdog = watchdog or Watchdog()
        self._on_claim_code = on_claim_code
        self._shown_code: ClaimCode | None = None
        self._has_shown_code = False
        self._authority_lock = threading.RLock()
        home = Home(data / "camera")
        record = home.camera()
        self._size = _UNKNOWN_SIZE
        self._is_size_known = False
        self._stopping = threading.Event()
        self._authority = Authority(home, self._clock, ClaimCodes(record.camera_id, given_code))
        self._commands = Commands(self._authority, self)
        self._board = StatusBoard(_identity(record), self._publish)
        sound_in = open_sound_in(settings.camera)
        self._sound = SoundDesk(self._clock, sound_in)
        self._storage = Storage(
            data / "sealed",
            record.camera_id,
            self._clock,
            settings.camera.clips_max_share,
            self._clip_changed,
            self._storage_fault,
            self._sound,
        )
        self._plate = PlateSession(settings.camera.plate_s, self._clock)
        self._traffic = TrafficSession(self._clock)
        shown = CodeReader(record.camera_id, self._authority.shown, self._clock, self._is_unclaimed)
        lookers = Lookers(self._plate, self._traffic, shown)
        self._guard = ViewGuard(self)
        self._desk = MotionDesk(data / "camera", self._clock, self._use_tuning, self._storage.seal)
        self._bell = BellDesk(data / "camera", settings.camera, self._clock, self)
        self._replies = Replies(data / "camera", self._bell.sound)
        self._bell_only = BellOnly()
        self._talk = TalkDesk(self._clock, sound_in, self._bell.sound, self)
        self._message = MessageDesk(self._clock, self._bell.sound, self, settings.camera.message_wait_s)
        self._message_over_ns: int | None = None
        self._has_message_clip = False
        self._switch_lock = threading.Lock()
        self._sound.on_loud = self._message.heard
        self._watch = Watch(settings.camera, open_source, self, self, lookers, self._guard, self._desk, make_smaller)
        self._parcels = ParcelDesk(data / "camera", self._parcel_seen)
        self._watch.on_pipeline = self._parcels.attach
        self._publisher: Publisher[ServerMessage] = Publisher(socket_path, self, may_connect=is_no_courier)
        self._holes = HoleDesk(data / "camera", socket_path.parent, self._clock, self)
        self._meter = meter or Meter()
        self._updates = UpdateDesk(socket_path.parent, updater, self._clock)
        self._mask: Mask | None = None
        self._shapes = MaskShapes(data / "camera")
        self._is_card_faulty, self._retry_at_ns = False, 0
        self._tidy_at_ns = 0
        self._load(home, record)

    # --- life ---------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Watch until `stop`; ends with the clip closed and the journal complete."""
        self._storage.note_later(CameraStarted(at_ms=self._clock.wall_ms(), version=__version__))
        self._publisher.start()
        self._holes.start()
        self._watchdog.ready()
        self._bell.start()
        waiting = threading.Thread(target=self._wait, name="waiting", daemon=True)
        waiting.start()
        threading.Thread(target=self._replies.make_defaults, name="replies", daemon=True).start()
        self._show_claim_code()
        try:
            self._watch.run()
        finally:
            self._stopping.set()
            waiting.join(_WAITING_STEP_S)
            self._bell.close()
            self._sound.switch(is_on=False)
            self._sound.switch_for_message(is_on=False)
            self._holes.close()
            self.on_server_gone()
            self._publisher.close()
            self._storage.close()

    def stop(self) -> None:
        """Safe from a signal handler."""
        self._watch.stop()

    def _wait(self) -> None:
        """A thread of its own: what becomes due is written to the card, and must not hold up the picture."""
        while not self._stopping.wait(_WAITING_STEP_S):
            try:
                self.let_time_pass()
            except Exception:  # outermost loop of this thread
                logger.exception("what waits could not be looked at")

    def let_time_pass(self) -> None:
        """Carry out what has waited its day under the lock, and see to a recovery. Safe from any thread."""
        with self._authority_lock:
            finish_removals(self._authority, self)  # first: what a removed device asked for never happens
            carry_out_due(self._authority, self)
            self._authority.recovery.look(self._clock.monotonic_ns())

    def _load(self, home: Home, record: CameraRecord) -> None:
        self._storage.use(keep_hours=record.keep_hours, share=record.clips_share)
        if record.recipient:
            self._storage.resume(record.recipient)
        self._switch()
        find_leftovers(self._authority, self)
        self.waiting_changed()
        try:
            text = home.mask_text()
            if text is None:
                return
            self._put_in_force(parse_mask(text))
        except (MaskError, OSError) as error:
            sentence = (
                f"the drawing of your stoop cannot be used ({error}): the picture stays black until you draw it again"
            )
            self._board.update(mask_fault=sentence)

    # --- what commands may do (camera.control) --------------------------------------------------------------------

    def mask(self) -> Mask | None:
        return self._mask

    def compare(self, old: Mask | None, new: Mask) -> MaskChange:
        return compare_at_each(old, new, (self._size,) if self._is_size_known else _USUAL_SIZES)

    def waiting_changed(self) -> None:
        waiting = self._authority.loosening.waiting
        mask, unlock, wake = waiting.drawing, waiting.unlock, waiting.wake
        self._board.update(
            pending_mask=PendingMask(mask.digest, mask.newly_visible, hours(mask.left_ns)) if mask else None,
            unlock_hours_left=hours(unlock.left_ns) if unlock else None,
            wake_hours_left=hours(wake.left_ns) if wake else None,
            sound_hours_left=hours(waiting.sound.left_ns) if waiting.sound else None,
            message_hours_left=hours(waiting.message.left_ns) if waiting.message else None,
        )

    def view(self) -> ViewWord:
        return "moved" if self._mask and self._shape_fault(self._mask) else self._board.state().view

    def use_mask(self, mask: Mask) -> None:
        self._shapes.keep(mask.digest, self._size)
        self._authority.home.save_mask_text(mask.text)
        self._guard.forget(mask.digest)  # after the mask: a crash between both leaves a moved view black
        self._put_in_force(mask)
        self._publisher.drop_units()  # those that wait for a slow server show what the old drawing let through
        self._board.update(mask_fault=None)

    def found(self, recipient: str) -> None:
        self._storage.found(recipient)

    def seal(self, data: bytes) -> bytes:
        return self._storage.seal(data)

    def change_recipient(self, recipient: str, card: Record, save: Callable[[], None]) -> None:
        self._watch.wish(lambda pipeline: pipeline.stop("stopped"))
        for _ in range(_END_CLIP_STEPS):  # so that the open clip's last card is in the epoch of its own key
            if self._storage.open_clip is None:
                break
            self._stopping.wait(_END_CLIP_STEP_S)
        self._storage.change_recipient(recipient, card, save)

    def note(self, record: Record) -> None:
        self._storage.note(record)

    def note_later(self, record: Record) -> None:
        self._storage.note_later(record)

    def delete_clip(self, clip: str, device: str) -> None:
        self._storage.delete_clip(clip, device)

    def keep_clip(self, card: ClipKept) -> None:
        self._storage.keep_clip(card)

    def room(self, share: float | None = None) -> ClipRoom:
        return self._storage.room(share)

    def plate(self, *, is_fresh: bool, seen_at_ms: int | None) -> PlateView:
        progress, plate = self._plate.ask(is_fresh=is_fresh)
        size, is_final = (plate.size, plate.is_final) if plate else (self._plate.size, False)
        if plate is None or plate.taken_at_ms == seen_at_ms:
            return PlateView(progress, None, None, size.width_px, size.height_px, is_final)
        sealed = self._storage.seal(plate.png)
        return PlateView(progress, sealed, plate.taken_at_ms, size.width_px, size.height_px, is_final)

    def traffic(self) -> TrafficView:
        counted = self._traffic.ask()
        if counted is None:
            return TrafficView(0, None)
        return TrafficView(counted.minutes, self._storage.seal(msgspec.json.encode(counted)))

    def offer_time(self, wall_ms: int) -> bool:
        return isinstance(self._clock, SystemClock) and self._clock.offer(wall_ms)

    def motion_desk(self) -> MotionDesk:
        return self._desk

    def bell_desk(self) -> BellDesk:
        return self._bell

    def talk_desk(self) -> TalkDesk:
        return self._talk

    def hole_desk(self) -> HoleDesk:
        return self._holes

    def update_desk(self) -> UpdateDesk:
        return self._updates

    def is_dark(self) -> bool:
        return self._bell_only.is_dark(self._clock.monotonic_ns())

    def parcel_desk(self) -> ParcelDesk:
        return self._parcels

    def use_parcels(self) -> None:
        self._watch.wish(self._parcels.attach)

    def replies(self) -> Replies:
        return self._replies

    def message_desk(self) -> MessageDesk:
        return self._message

    def record_press(self, at_ns: int, *, is_visitor: bool) -> None:
        if is_visitor:
            self._message.rang()
        if self._bell_only.is_on:
            if is_visitor:  # an owner's test rings: it must not open an eye that only visitors may open
                self._bell_only.press(at_ns)
                self._switch()
        elif self._board.state().is_delivering:
            self._watch.wish(lambda pipeline: pipeline.press(at_ns))

    def record_now(self) -> None:
        if not self._board.state().is_delivering:
            raise CommandRefused("conflict", "the camera gives no pictures at this moment: try again when it does")
        now_ns = self._clock.monotonic_ns()
        self._watch.wish(lambda pipeline: pipeline.record_now(now_ns))

    def use_record(self, record: CameraRecord) -> None:
        self._board.be(_identity(record))
        self._switch()
        self._storage.use(keep_hours=record.keep_hours, share=record.clips_share)
        self._show_claim_code()

    def tickets_changed(self, ended: list[str], why: str) -> None:
        if len(self._authority.tickets):
            self._message.answered()
        self._talk.close(why, ended)
        for viewer in ended:
            self._publisher.send(TicketEnded(viewer, why))
        self._bell.lamp.show(is_lit=len(self._authority.tickets) > 0)
        self._board.update(viewers=len(self._authority.tickets))
        self.announce("viewers.changed")
        if not self._has_viewer():
            self._publisher.drop_units()
        if not ended and len(self._authority.tickets) == 1:
            # Nobody watched, so units were left out. No key picture yet: the viewer wishes for one once it is
            # connected, and one spent now would put that off (watch.KEY_PAUSE_NS).
            self._publisher.restart_stream()

    def announce(self, kind: str) -> None:
        self._tell(Event(kind, self._clock.wall_ms()))

    def _tell(self, event: Event) -> None:
        self._publisher.send(event)
        self._holes.happened(event)

    # --- what the server may say (camera.publisher) ----------------------------------------------------------------

    def state(self) -> State:
        return self._board.state()

    def on_message(self, message: ServerMessage, reply: Callable[[CameraMessage], None]) -> None:
        match message:
            case NonceWanted(request_id):
                reply(NonceIssued(request_id, self._authority.nonces.issue(self._clock.monotonic_ns())))
            case Command():
                reply(self._commands.answer(message, self._authority_lock))
                self._show_claim_code()
            case KeyPictureWanted():
                if self._has_viewer():
                    self._watch.want_key()
            case ViewerLeft(viewer):
                self._viewer_left(viewer)
            case TalkBlock(viewer, pcm):
                self._talk.block(viewer, pcm)

    def on_server_gone(self) -> None:
        """Nobody relays any more: every view has ended."""
        with self._authority_lock:
            end_views(self._authority, self, self._authority.tickets.end_all(), "server gone")

    def _viewer_left(self, viewer: str) -> None:
        with self._authority_lock:
            ticket = self._authority.tickets.end(viewer)
            end_views(self._authority, self, [ticket] if ticket else [], "left")

    # --- what a conversation needs (camera.talk_desk) ----------------------------------------------------------------

    def may_talk(self, viewer: str, device: str) -> bool:
        return self._authority.tickets.holds(viewer, device, self._clock.monotonic_ns())

    def send(self, message: CameraMessage) -> None:
        self._publisher.send(message)

    def talk_changed(self, *, is_talking: bool) -> None:
        if not is_talking:
            self._publisher.drop_sound()
        self._board.update(is_talking=is_talking, talk_fault=None)

    # --- what a message needs (camera.message_desk) -------------------------------------------------------------------

    def may_take_message(self) -> bool:
        record = self._authority.home.camera()
        is_kept = self._may_record(record) and not self._is_card_faulty
        return record.takes_messages and is_kept and not len(self._authority.tickets)

    def begin_message(self, now_ns: int) -> None:
        self._message_over_ns, self._has_message_clip = None, False
        self._sound.switch_for_message(is_on=True)
        self._watch.wish(lambda pipeline: pipeline.begin_message(now_ns, LONGEST_S))

    def end_message(self, now_ns: int, *, was_spoken: bool) -> None:
        self._watch.wish(lambda pipeline: pipeline.end_message(now_ns))
        self._message_over_ns = now_ns + _SOUND_COMES_NS
        if was_spoken:
            self._storage.then(self._tell_of_message)

    def _tell_of_message(self) -> None:
        """After whatever was to open the clip has been tried."""
        if self._has_message_clip:
            self.announce("message.left")

    # --- what the pipeline gives (camera.pipeline) -------------------------------------------------------------------

    def unit(self, unit: AccessUnit) -> None:
        self._watchdog.picture(self._clock.monotonic_ns())
        if self._has_viewer():
            self._publisher.send(unit)

    def motion(self, is_active: bool) -> None:
        if self._bell_only.is_on:
            return
        self._board.update(has_motion=is_active)
        self.announce("motion.started" if is_active else "motion.ended")

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        self._storage.clip(action, mask_digest)

    def thumbnail(self, frame: MaskedFrame) -> None:
        self._storage.thumbnail(frame)

    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None:
        self._storage.moving(captured_at_ns, boxes)

    # --- what is known of the view (camera.view_guard) ----------------------------------------------------------------

    def view_memory(self) -> ViewMemory | None:
        return self._authority.home.view_memory()

    def save_view_memory(self, memory: ViewMemory) -> None:
        self._authority.home.save_view_memory(memory)

    def view_changed(self, state: ViewState, *, is_news: bool) -> None:
        self._board.update(view=state.value)
        if not state.is_shown:
            self._publisher.drop_units()  # those that wait for a slow server still show the other view
        if is_news and state is ViewState.MOVED:
            self._storage.note_later(ViewMoved(at_ms=self._clock.wall_ms()))
            self.announce("view.moved")
        elif is_news and state is ViewState.CONFIRMED:
            self.announce("view.confirmed")

    # --- how the lens is (camera.watch) ------------------------------------------------------------------------------

    def opened(self, news: LensOpened, visible_share: float) -> None:
        self._size, self._is_size_known = news.size, True
        self._board.update(
            source=news.kind, width_px=news.size.width_px, height_px=news.size.height_px, fps=news.fps, has_motion=False
        )
        if self._mask:
            fault = self._shape_fault(self._mask)
            self._board.update(mask=MaskState(self._mask.digest, visible_share), mask_fault=fault)

        pressed_at_ns = self._bell.rang_at_ns(_PRESS_STANDS_NS)
        if pressed_at_ns and not self._bell_only.is_on:
            self._watch.wish(lambda pipeline: pipeline.press(pressed_at_ns))

    def delivering(self) -> None:
        self._board.update(is_delivering=True, lens_fault=None)
        self._watchdog.status("delivering")
        self.announce("source.back")

    def lost(self, fault: str) -> None:
        was_delivering = self._board.state().is_delivering
        is_dark = self.is_dark()  # as the owner wants it: no fault, and no news
        self._board.update(is_delivering=False, lens_fault=None if is_dark else fault, has_motion=False)
        self._watchdog.status(fault)
        if was_delivering and not is_dark:
            self.announce("source.lost")

    def slowed(self, notice: str | None) -> None:
        self._board.update(load_fault=notice)

    def tick(self) -> None:
        """Four times a second on the video thread."""
        now_ns = self._clock.monotonic_ns()
        self._watchdog.tick(now_ns, is_on=self._watch.is_on)
        self._message.tick()
        if self._message_over_ns is not None and now_ns >= self._message_over_ns:
            self._message_over_ns = None
            self._sound.switch_for_message(is_on=False)
        if self._authority_lock.acquire(
            blocking=False
        ):  # a command that waits for the card must not hold up the picture
            try:
                end_views(self._authority, self, self._authority.tickets.expired(now_ns), "expired")
                if self.is_dark() and len(self._authority.tickets):
                    end_views(self._authority, self, self._authority.tickets.end_all(), "dark")
                self._show_claim_code()
            finally:
                self._authority_lock.release()
        if self.is_dark() and self._watch.is_on:
            self._switch()
        self._hear()  # whether pictures come, are shown and can be kept is known to other threads
        if self._is_card_faulty and now_ns >= self._retry_at_ns:
            self._retry_at_ns = now_ns + _RETRY_NS
            self._watch.want_key()  # what is wanted is recorded again with the next key picture, once there is room
        if now_ns >= self._tidy_at_ns:
            self._tidy_at_ns = now_ns + 10_000_000_000
            self._storage.tidy()
        self._board.update(clips_bytes=self._storage.clips_bytes, bell_fault=self._bell.fault())
        self._board.update(talk_fault=self._talk.fault(), sound_fault=self._sound.fault())

    # --- small matters -----------------------------------------------------------------------------------------------

    def _is_unclaimed(self) -> bool:
        return not self._board.state().is_claimed

    def _has_viewer(self) -> bool:
        return self._authority.tickets.has_viewer(self._clock.monotonic_ns())

    def _switch(self) -> None:
        """The lens is open while the owner wants it, and in bell-only mode for a minute from each press."""
        with self._switch_lock:  # a press of before the owner's word must not open again what that closed
            record = self._authority.home.camera()
            self._bell_only.switch(is_on=record.is_bell_only)
            is_dark = self.is_dark()
            self._watch.switch(
                is_on=record.is_watching and not is_dark,
                records_on_motion=record.is_recording_on_motion and not record.is_bell_only,
            )
            self._board.update(is_dark=is_dark)
        self._hear()

    def _hear(self) -> None:
        """The microphone is open for clips only while the owner wants their sound and there can be a clip at all."""
        with self._switch_lock:  # so that a look from before the owner's word never comes after one from after it
            record = self._authority.home.camera()
            self._sound.switch(is_on=record.is_sound_recorded and self._may_record(record))

    def _may_record(self, record: CameraRecord) -> bool:
        """Whether a clip of now would show something.

        A card at fault counts as one that takes a clip: only the next clip finds out, and that one has its sound too.
        """
        is_shown = self._mask is not None and ViewState(self.view()).is_shown
        return record.is_watching and not record.is_bell_only and is_shown and self._board.state().is_delivering

    def _parcel_seen(self, news: ParcelNews) -> None:
        if self._bell_only.is_on:
            return
        self._storage.note_later(ParcelSeen(at_ms=self._clock.wall_ms(), what=news.value))
        self.announce("parcel.left" if news is ParcelNews.LEFT else "parcel.taken")

    def _use_tuning(self, tuning: MotionTuning) -> None:
        self._watch.wish(lambda pipeline: pipeline.use_tuning(tuning))

    def _put_in_force(self, mask: Mask) -> None:
        self._mask = mask
        self._meter.visible = visible_pixels(mask.allow, mask.hide, METERED_AT)
        if self._meter.is_followed:
            self._watch.open_again()
        self._watch.use_mask(mask, self._shapes.size_of(mask.digest))
        self._hear()
        self._board.update(mask=MaskState(mask.digest, Masker(mask, self._size).visible_share))

    def _shape_fault(self, mask: Mask) -> str | None:
        """Why the drawing shows nothing on the picture of now, as one sentence; None where it fits."""
        drawn_for = self._shapes.size_of(mask.digest)
        if drawn_for is None:
            return "it is not known on which picture you drew your stoop: all stays black until you draw it again"
        if not is_same_shape(drawn_for, self._size):
            return (
                f"the camera's picture now has another shape ({self._size.width_px}x{self._size.height_px}) than your "
                f"drawing ({drawn_for.width_px}x{drawn_for.height_px}): it stays black until you draw your stoop again"
            )
        return None

    def _publish(self, state: State) -> None:
        self._publisher.send(state)
        self._holes.tell_now()

    def _clip_changed(self, kind: str, clip: str) -> None:
        if kind == "clip.opened" and self._storage.open_cause == "message":
            self._has_message_clip = True
        self._board.update(recording_clip=clip if kind == "clip.opened" else self._storage.open_clip)
        self._tell(Event(kind, self._clock.wall_ms(), clip))

    def _storage_fault(self, sentence: str | None) -> None:
        self._is_card_faulty = sentence is not None
        is_news = self._board.update(storage_fault=sentence)
        if sentence:
            if is_news:
                self.announce("storage.fault")
            self._watch.wish(lambda pipeline: pipeline.stop("fault"))

    def _show_claim_code(self) -> None:
        with self._authority_lock:
            is_claimed = self._authority.home.camera().recipient is not None
            code = None if is_claimed else self._authority.codes.current(self._clock.monotonic_ns())
        if code is not self._shown_code or not self._has_shown_code:
            self._shown_code, self._has_shown_code = code, True
            self._on_claim_code(code)


def _identity(record: CameraRecord) -> Identity:
    return Identity(
        record.camera_id,
        record.name,
        record.recipient is not None,
        record.is_watching,
        record.is_bell_only,
        record.is_sound_recorded,
        record.takes_messages,
    )
