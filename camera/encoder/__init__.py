"""The one H.264 encode that every viewer and every clip gets."""

from camera.encoder.h264 import Encoder, EncoderError

__all__ = ["Encoder", "EncoderError"]
