"""What camera and server say to each other; the only part of the camera that the server may import."""

from camera.contract.framing import (
    MAX_FROM_CAMERA_BYTES,
    MAX_FROM_SERVER_BYTES,
    FrameDecoder,
    FramingError,
    encode_message,
)
from camera.contract.messages import (
    AccessUnit,
    CameraMessage,
    Command,
    CommandError,
    CommandResult,
    ErrorCode,
    Event,
    KeyPictureWanted,
    MaskState,
    NonceIssued,
    NonceWanted,
    ServerMessage,
    State,
    TicketEnded,
    ViewerLeft,
)

__all__ = [
    "MAX_FROM_CAMERA_BYTES",
    "MAX_FROM_SERVER_BYTES",
    "AccessUnit",
    "CameraMessage",
    "Command",
    "CommandError",
    "CommandResult",
    "ErrorCode",
    "Event",
    "FrameDecoder",
    "FramingError",
    "KeyPictureWanted",
    "MaskState",
    "NonceIssued",
    "NonceWanted",
    "ServerMessage",
    "State",
    "TicketEnded",
    "ViewerLeft",
    "encode_message",
]
