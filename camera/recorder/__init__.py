"""Which pictures are kept: pre-roll, post-roll, length cap; pure decisions, carried out by the pipeline."""

from camera.recorder.actions import AppendUnit, ClipCause, ClipEnd, EndClip, RecorderAction, StartClip, StopReason
from camera.recorder.preroll import Preroll
from camera.recorder.recorder import Recorder, RecorderSettings

__all__ = [
    "AppendUnit",
    "ClipCause",
    "ClipEnd",
    "EndClip",
    "Preroll",
    "Recorder",
    "RecorderAction",
    "RecorderSettings",
    "StartClip",
    "StopReason",
]
