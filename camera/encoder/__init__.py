"""The one H.264 encode that every viewer and every clip gets."""

from camera.encoder.h264 import HARDWARE, SOFTWARE, Encoder, EncoderError

__all__ = ["HARDWARE", "SOFTWARE", "Encoder", "EncoderError"]
