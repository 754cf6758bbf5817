"""Keeps a sealed copy of every clip and journal record on a second box: as written, checked by reading it back."""

from __future__ import annotations

import datetime
import hashlib
import logging
import threading
from pathlib import Path

from camera.contract import Event, Hole, HoleReport, HolesNow, HoleWord, Mirror
from server.courier.carrier import Carrier, Surroundings
from server.courier.errors import CourierError
from server.courier.mirror_plan import CLIP, Ledger, Plan, plan, sealed_files
from server.courier.notifier import FIRST_PAUSE_S
from server.courier.open_clip import FOLDER, OpenClipSender
from server.courier.rclone import Rclone

logger = logging.getLogger(__name__)
LOOK_S = 4.0
"""How often the record is looked at; clips are when one has ended."""
LONGEST_PAUSE_S = 30.0
TIDY_S = 24 * 3600.0
CLOCKS_AGREE_S = 3600.0
"""Copies are deleted by age only while the two clocks are not further apart: a clock that jumped deletes nothing."""
_CLOCK_FILE = "clock"
_END_S = 4.0


def start(hole: Hole, around: Surroundings) -> Carrier:
    assert isinstance(hole, Mirror)
    return MirrorCarrier(hole, around)


class MirrorCarrier:
    """A Carrier. A file counts as arrived when the box gave back its very bytes (SHA-256); until then it waits.

    Nothing waits in memory but names: what is to go is what lies in the vault, so an outage of weeks costs no more than
    one of minutes, and what the vault deletes meanwhile goes nowhere.
    """

    def __init__(self, hole: Mirror, around: Surroundings) -> None:
        self._hole, self._around = hole, around
        folder = around.data / "courier"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sealed = around.data / "sealed"
        self._report = HoleReport("mirror", "trying")
        self._rclone = Rclone(hole, folder, lambda: around.report(self._report))
        self._ledger = Ledger(folder, self._rclone.target)
        self._sender = OpenClipSender(self._sealed, self._rclone)
        self._changed = threading.Condition()
        self._open_clip: str | None = None
        self._is_closed, self._is_urgent = False, True
        self._journal_sent: tuple[str, int] | None = None
        self._pause_s, self._tidied_at_s = 0.0, float("-inf")
        self._plan = Plan(None, ())
        self._identity = ""
        self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
        self._thread.start()

    def now(self, now: HolesNow) -> None:
        self._follow(now.open_clip)

    def happened(self, event: Event) -> None:
        if event.kind == "clip.opened":
            self._follow(event.clip)
        elif event.kind == "clip.closed":
            self._follow(None)

    def link_changed(self, *, is_there: bool) -> None:
        if not is_there:
            self._follow(None)  # nobody writes it any more

    def try_out(self) -> None:
        with self._changed:
            self._is_urgent, self._pause_s = True, 0.0
            self._changed.notify_all()

    def close(self, *, is_for_good: bool) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._rclone.kill_all()
        self._sender.close(_END_S / 2)
        self._thread.join(_END_S / 2)
        if is_for_good:
            self._ledger.forget()
            self._rclone.forget()

    def _follow(self, clip: str | None) -> None:
        with self._changed:
            if clip == self._open_clip:
                return
            self._open_clip, self._is_urgent = clip, True
            self._changed.notify_all()
        self._sender.follow(clip)

    def _run(self) -> None:
        try:
            while self._wait():
                self._try()
        except Exception:  # outermost loop of this thread
            logger.exception("the mirror has ended")
            self._say("failing", "an unexpected fault; close this and open it again")

    def _wait(self) -> bool:
        """Until it is time to look again; False when closed."""
        pause_s = self._pause_s or (0.0 if self._plan.whole else LOOK_S)
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._is_urgent, pause_s)
            self._is_urgent = False
            return not self._is_closed

    def _try(self) -> None:
        try:
            self._identity = self._rclone.meet()
            self._carry()
            self._tidy()
        except CourierError as error:
            if self._is_closed:
                return
            self._pause_s = min(max(FIRST_PAUSE_S, 2 * self._pause_s), LONGEST_PAUSE_S)
            self._look()
            self._say("failing", str(error))
        except OSError as error:
            self._pause_s = LONGEST_PAUSE_S
            self._say("failing", f"the camera's own card cannot be read or written: {error.strerror}")
        else:
            self._pause_s = 0.0
            if self._sender.fault:
                self._say("failing", self._sender.fault)
            else:
                self._say("working", "", self._around.wall_ms())

    def _look(self) -> dict[str, int]:
        sizes = sealed_files(self._sealed)
        self._plan = plan(sizes, self._ledger.arrived, self._open_clip)
        return sizes

    def _carry(self) -> None:
        """The record as far as it is, then some whole files. Raises CourierError, OSError."""
        sizes = self._look()
        growing = self._plan.growing
        if growing and self._journal_sent != (growing, sizes[growing]):
            data = (self._sealed / growing).read_bytes()
            self._rclone.put(growing, data)
            self._journal_sent = (growing, len(data))
        batch = self._plan.batch(sizes)
        if not batch:
            return
        self._say(self._report.word, self._report.why)
        self._rclone.copy(self._sealed, batch)
        self._ledger.add(self._checked(batch))
        for name in batch:
            if (match := CLIP.fullmatch(name)) and name in self._ledger.arrived:
                self._rclone.purge(f"{FOLDER}/{match[1]}")
        self._ledger.keep_only(self._look())

    def _checked(self, batch: list[str]) -> dict[str, int]:
        """Those of which the box gives back the very bytes. Raises CourierError when one comes back otherwise."""
        batch = [name for name in batch if (self._sealed / name).exists()]
        given_back = self._rclone.hashes(batch) if batch else {}
        arrived: dict[str, int] = {}
        wrong = []
        for name in batch:
            try:
                data_sha256, size = _sha256(self._sealed / name)
            except FileNotFoundError:  # deleted meanwhile
                continue
            if given_back.get(name) == data_sha256:
                arrived[name] = size
            else:
                wrong.append(name)
        if wrong:
            self._ledger.add(arrived)
            raise CourierError(f"the box gives back something else than was sent: {len(wrong)} files go once more")
        return arrived

    def _tidy(self) -> None:
        """Once a day: what is older than the owner wants goes, if the two clocks agree. Raises CourierError."""
        now_s = self._around.monotonic_s()
        if self._hole.keep_days is None or now_s - self._tidied_at_s < TIDY_S:
            return
        self._rclone.put(_CLOCK_FILE, b"stoop\n")
        theirs = _read_time(self._rclone.time_of(_CLOCK_FILE))
        ours = self._around.wall_ms() / 1000
        if theirs is not None and abs(theirs - ours) <= CLOCKS_AGREE_S:
            self._rclone.delete_older(self._hole.keep_days)
        else:
            logger.warning("no old copy is deleted: the clocks of the camera and the second box do not agree")
        self._tidied_at_s = now_s

    def _say(self, word: HoleWord, why: str, at_ms: int | None = None) -> None:
        self._report = HoleReport(
            "mirror",
            word,
            why[:300],
            at_ms if at_ms is not None else self._report.at_ms,
            len(self._plan.whole),
            self._plan.clips,
            identity=self._identity[:100],
        )
        self._around.report(self._report)


def _sha256(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def _read_time(text: str) -> float | None:
    """Seconds since 1970 of RFC 3339 text; None for what is none."""
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
