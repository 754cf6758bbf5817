// A WHEP viewer made of werift: prints its offer as one JSON line, reads the answer as one,
// ends with 0 when it has written enough H.264 pictures.
import fs from "node:fs";
import readline from "node:readline";
import { dePacketizeRtpPackets, RTCPeerConnection, RTCRtpCodecParameters } from "werift";

const [file, wanted] = process.argv.slice(2);
const h264 = new RTCRtpCodecParameters({
  mimeType: "video/H264",
  clockRate: 90000,
  payloadType: 102,
  rtcpFeedback: [{ type: "nack" }, { type: "nack", parameter: "pli" }],
  parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
});
const peer = new RTCPeerConnection({
  codecs: { video: [h264] },
  iceServers: [],
  iceAdditionalHostAddresses: ["127.0.0.1"],
});
const out = fs.openSync(file, "w");
let pictures = 0;
let packets = [];
let isStarted = false;

function take(packet) {
  packets.push(packet);
  if (!packet.header.marker) return;
  const picture = dePacketizeRtpPackets("MPEG4/ISO/AVC", packets);
  packets = [];
  isStarted ||= picture.isKeyframe;
  if (!isStarted) return;
  fs.writeSync(out, picture.data);
  pictures += 1;
  if (pictures === Number(wanted)) {
    fs.closeSync(out);
    process.exit(0);
  }
}

peer.addTransceiver("video", { direction: "recvonly" });
peer.onTrack.subscribe((track) => track.onReceiveRtp.subscribe(take));
await peer.setLocalDescription(await peer.createOffer());
console.log(JSON.stringify(peer.localDescription.sdp));
for await (const line of readline.createInterface({ input: process.stdin })) {
  await peer.setRemoteDescription({ type: "answer", sdp: JSON.parse(line) });
}
