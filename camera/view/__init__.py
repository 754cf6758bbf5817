"""Moved-camera lockout: knows the view that the mask was drawn for, from masked pictures alone."""

from camera.view.descriptor import ViewDescriptor, ViewMemory
from camera.view.watch import ViewState, ViewWatch

__all__ = ["ViewDescriptor", "ViewMemory", "ViewState", "ViewWatch"]
