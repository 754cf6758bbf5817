import { describe, expect, it } from "vitest";
import { wayLines } from "../../src/app/ways/way_lines";
import {
  draftOf,
  emptyDraft,
  fieldsOf,
  flawOf,
  holeOf,
  isOutside,
  newSecret,
  withProtocol,
} from "../../src/app/ways/ways_form";
import { words } from "../../src/app/words";
import { isHouseAddress, isNumericAddress } from "../../src/core/addresses";
import type { HoleReport, OpenHole } from "../../src/core/messages";

const report: HoleReport = {
  word: "working",
  why: "",
  at_ms: 1,
  waiting: 0,
  waiting_clips: 0,
  dropped: 0,
  missed: 0,
  identity: "",
};
const mirror: OpenHole = {
  kind: "mirror",
  address: "192.168.1.9",
  port: 22,
  place: "192.168.1.9:22",
  has_secret: true,
  report,
  protocol: "sftp",
  folder: "stoop",
  user: "cam",
  keep_days: null,
};
const at = () => "12:00";

describe("addresses", () => {
  it.each([
    "10.0.0.1",
    "172.16.0.1",
    "172.31.9.9",
    "192.168.1.20",
    "169.254.1.1",
    "127.0.0.1",
    "fd12::1",
    "fe80::1",
    "::1",
  ])("%s is in the house", (text) => expect(isHouseAddress(text) && isNumericAddress(text)).toBe(true));

  it.each(["8.8.8.8", "172.32.0.1", "100.64.0.1", "192.169.0.1", "2001:db8::1", "::2"])(
    "%s is outside",
    (text) => expect([isHouseAddress(text), isNumericAddress(text)]).toEqual([false, true]),
  );

  it.each(["nas.local", "", "192.168.1", "256.1.1.1", "192.168.1.20:22", "01.2.3.4", "http://10.0.0.1"])(
    "%j is no number",
    (text) => expect(isNumericAddress(text)).toBe(false),
  );
});

describe("the form of a way out", () => {
  it("names the first field that cannot be sent", () => {
    const good = { ...emptyDraft("ntfy"), address: "192.168.1.2", topic: "door" };
    expect(flawOf("ntfy", good, false)).toBeNull();
    expect(flawOf("ntfy", { ...good, address: "ntfy.local" }, false)).toBe("address");
    expect(flawOf("ntfy", { ...good, port: "0" }, false)).toBe("port");
    expect(flawOf("ntfy", { ...good, topic: "a b" }, false)).toBe("topic");
    expect(flawOf("ntfy", { ...good, notices: [] }, false)).toBe("notices");
  });

  it("asks for a secret only where none is kept", () => {
    const draft = draftOf(mirror);
    expect(flawOf("mirror", draft, false)).toBe("secret");
    expect(flawOf("mirror", draft, true)).toBeNull();
    expect(flawOf("webhook", { ...emptyDraft("webhook"), address: "10.0.0.1", secret: "short" }, false)).toBe(
      "secret",
    );
  });

  it("says that an address is outside only where it is", () => {
    const draft = { ...emptyDraft("ntfy"), address: " 10.0.0.1 ", topic: "x" };
    expect(isOutside(draft)).toBe(false);
    expect(holeOf("ntfy", draft)).not.toHaveProperty("is_off_lan");
    expect(holeOf("ntfy", { ...draft, address: "203.0.113.5" })).toMatchObject({ is_off_lan: true });
  });

  it("gives back what is open, but the secret, which is sent only when typed", () => {
    const sent = holeOf("mirror", draftOf(mirror));
    expect(sent).toEqual({
      kind: "mirror",
      address: "192.168.1.9",
      port: 22,
      protocol: "sftp",
      is_tls: false,
      user: "cam",
      folder: "stoop",
      keep_days: null,
    });
  });

  it("brings the usual port of another protocol, and keeps one of the owner's own", () => {
    expect(withProtocol(emptyDraft("mirror"), "s3").port).toBe("9000");
    expect(withProtocol({ ...emptyDraft("mirror"), port: "2222" }, "s3").port).toBe("2222");
  });

  it("shows only the fields that are needed", () => {
    expect(fieldsOf("mqtt", emptyDraft("mqtt"))).toEqual(["address", "port", "user", "secret"]);
    expect(fieldsOf("mirror", { ...emptyDraft("mirror"), hasKey: true })).toContain("key");
    expect(fieldsOf("ntfy", { ...emptyDraft("ntfy"), isTls: true })).toContain("name");
  });

  it("makes a secret of 32 letters in which none is likelier", () => {
    const all = newSecret((bytes) => void bytes.fill(7));
    expect(all).toHaveLength(32);
    expect(newSecret()).not.toBe(newSecret());
  });
});

describe("what is said of a way out", () => {
  it("tells how many clips wait", () => {
    const said = wayLines(
      { ...mirror, report: { ...report, word: "failing", why: "no answer", waiting_clips: 3 } },
      at,
    );
    expect([said.tone, said.state, said.more[0]]).toEqual([
      "bad",
      "Not working: no answer",
      "3 clips waiting",
    ]);
  });

  it("tells that every clip is there, and that copies stay", () => {
    expect(wayLines(mirror, at).more).toEqual([words.ways.allThere, words.ways.keptForEver]);
  });

  it("takes silence of the courier for no good news", () => {
    expect(wayLines({ ...mirror, report: null }, at)).toMatchObject({
      tone: "warn",
      state: words.ways.starting,
    });
  });

  it("hides no notice that was lost", () => {
    const ntfy: OpenHole = { ...mirror, kind: "ntfy", report: { ...report, missed: 2, dropped: 1 } };
    expect(wayLines(ntfy, at).more).toEqual([
      "2 notices were too late to be sent as new",
      "1 notice found no room and was dropped",
    ]);
  });
});

describe("how often at most", () => {
  it("is sent, and read back from what is open", () => {
    const draft = { ...emptyDraft("ntfy"), address: "192.168.1.9", topic: "door", cooldownS: 600 };
    expect(holeOf("ntfy", draft)).toMatchObject({ cooldown_s: 600, notices: ["ring", "offline"] });
    const open = { ...mirror, kind: "ntfy" as const, cooldown_s: 600 };
    expect(draftOf(open).cooldownS).toBe(600);
    expect(draftOf({ ...mirror, kind: "ntfy" }).cooldownS).toBe(60);
  });
});
