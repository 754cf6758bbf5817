"""The real picamera2 on libcamera's virtual pipeline, in a chroot of Debian unstable: `python3 run.py picamera`."""
