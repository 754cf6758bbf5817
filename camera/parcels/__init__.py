"""The place where parcels land: tells that something was left there or taken away, and nothing of what it is."""

from camera.parcels.watch import ParcelNews, ParcelWatch

__all__ = ["ParcelNews", "ParcelWatch"]
