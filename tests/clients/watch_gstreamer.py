"""A WHEP viewer made of GStreamer's webrtcbin, for the system's Python, which alone has GStreamer's binding.

Prints its offer as one JSON line, reads the answer as one, ends with 0 when it has written enough H.264 pictures.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import gi  # type: ignore[import-not-found]  # of the system's Python

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # type: ignore[import-not-found]  # noqa: E402

CAPS = "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=102,packetization-mode=(string)1"
DEPACKETISE = "rtph264depay ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au ! fakesink name=end"


def main(path: str, wanted: int) -> None:
    Gst.init(None)
    pipeline, loop = Gst.Pipeline.new("viewer"), GLib.MainLoop()
    peer = Gst.ElementFactory.make("webrtcbin", "peer")
    peer.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
    pipeline.add(peer)
    out, counted = open(path, "wb"), [0]  # noqa: SIM115 - closed when the last picture is in

    def picture(_: Any, info: Any) -> Any:  # Any, here and below: GStreamer has no types
        buffer = info.get_buffer()
        if counted[0] or not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT):
            out.write(buffer.extract_dup(0, buffer.get_size()))
            counted[0] += 1
        if counted[0] == wanted:
            out.close()
            GLib.idle_add(loop.quit)
            return Gst.PadProbeReturn.REMOVE
        return Gst.PadProbeReturn.OK

    def pad_added(_: Any, pad: Any) -> None:
        tail = Gst.parse_bin_from_description(DEPACKETISE, True)
        pipeline.add(tail)
        end = tail.get_by_name("end")
        end.set_property("signal-handoffs", False)
        end.set_property("sync", False)
        end.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, picture)
        tail.sync_state_with_parent()
        pad.link(tail.get_static_pad("sink"))

    def answered(line: str) -> None:
        _, message = GstSdp.SDPMessage.new_from_text(json.loads(line))
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        peer.emit("set-remote-description", answer, Gst.Promise.new())

    def offered(promise: Any, *_: Any) -> None:
        reply = promise.get_reply()  # owns the offer: must outlive it
        offer = reply.get_value("offer")
        peer.emit("set-local-description", offer, Gst.Promise.new())
        print(json.dumps(offer.sdp.as_text()), flush=True)
        threading.Thread(target=lambda: answered(sys.stdin.readline()), daemon=True).start()

    peer.connect("pad-added", pad_added)
    peer.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, Gst.Caps.from_string(CAPS))
    pipeline.set_state(Gst.State.PLAYING)
    peer.emit("create-offer", None, Gst.Promise.new_with_change_func(offered, None, None))
    loop.run()
    pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
