import { describe, expect, it, test } from "vitest";
import { percent, saveDrawing, shareNamed } from "../../src/app/draw/loosening";
import { logLines } from "../../src/app/log/sentences_of_log";
import { waitingLines } from "../../src/app/waiting_lines";
import { accessLog } from "../../src/core/cards";
import { ApiError, NoAnswerError } from "../../src/core/errors";
import { readRecord } from "../../src/core/journal_record";

const SENTENCE =
  "this drawing shows 2.5 % of the picture that was hidden until now: say yes to that, or draw it smaller";

/** A camera that takes a drawing which shows more only when that is meant. */
function camera(showsMore: boolean) {
  const sent: boolean[] = [];
  const send = async (loosens: boolean) => {
    sent.push(loosens);
    if (showsMore && !loosens) throw new ApiError("loosens", SENTENCE, 409);
    return "saved";
  };
  return { sent, send };
}

const never = async () => {
  throw new Error("asked without need");
};

describe("saving a drawing", () => {
  it("asks nothing when the camera says that nothing more is shown", async () => {
    const { sent, send } = camera(false);
    expect(await saveDrawing(send, never)).toBe("saved");
    expect(sent).toEqual([false]);
  });

  it("asks with the share that the camera names, and sends it as meant after a yes", async () => {
    const { sent, send } = camera(true);
    const asked: string[] = [];
    const yes = async (share: string) => asked.push(share) > 0;
    expect(await saveDrawing(send, yes)).toBe("saved");
    expect([asked, sent]).toEqual([["2.5 %"], [false, true]]);
  });

  it("sends nothing more after a no", async () => {
    const { sent, send } = camera(true);
    expect(await saveDrawing(send, async () => false)).toBeNull();
    expect(sent).toEqual([false]);
  });

  test.each([new ApiError("conflict", "changed", 409), new NoAnswerError("nothing came")])(
    "any other trouble is no question: %s",
    async (trouble) => {
      const send = async () => {
        throw trouble;
      };
      await expect(saveDrawing(send, never)).rejects.toBe(trouble);
    },
  );
});

test("a share is read from the camera's sentence, whole or with decimals", () => {
  expect([shareNamed(SENTENCE), shareNamed("shows 34 % of"), shareNamed("none")]).toEqual([
    "2.5 %",
    "34 %",
    "a part",
  ]);
});

test("a share is said as the camera says it, and never as nothing", () => {
  expect([0.342, 0.0249, 0.0031, 0.000001, 1].map(percent)).toEqual([
    "34 %",
    "2.5 %",
    "0.31 %",
    "0.01 %",
    "100 %",
  ]);
});

describe("what waits", () => {
  it("is nothing in a camera that says nothing of it", () => {
    expect([waitingLines(null), waitingLines({}), waitingLines({ pending_mask: null })]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it("is said with its hours and its share, one of each kind", () => {
    const lines = waitingLines({
      pending_mask: { digest: "ab".repeat(32), newly_visible: 0.25, hours_left: 1 },
      unlock_hours_left: 24,
      sound_hours_left: 2,
      message_hours_left: 1,
    });
    expect(lines).toEqual([
      "In 1 hour your camera will show 25 % of the picture that is hidden now.",
      "In 24 hours showing more will no longer wait a day.",
      "In 2 hours your clips will hold what people say.",
      "In 1 hour visitors may leave a message.",
    ]);
  });
});

describe("in the activity list", () => {
  const device = "dd".repeat(16);
  const digest = "ab".repeat(32);
  const textOf = (record: object) => {
    const json = JSON.stringify({ at_ms: 1, device, name: "Phone", ...record });
    return logLines(accessLog([readRecord(json, 0, 0)]), []).map((line) => line.text);
  };
  const changed = { t: "mask.changed", old: null, new: digest, visible: 0.4 };

  test.each([
    [changed, "Phone changed what the camera sees: 60 % is hidden now"],
    [
      { ...changed, loosened: 0.05, outline: "A".repeat(96) },
      "Phone changed what the camera sees: 60 % is hidden now, and 5.0 % came into view",
    ],
    [
      { t: "mask.pending", new: digest, loosened: 0.1, outline: null },
      "Phone asked to show 10 % more; it waits a day",
    ],
    [
      { t: "mask.pending", new: null, loosened: 0, outline: null },
      "Phone asked to end the day’s wait before showing more",
    ],
    [{ t: "mask.cancelled", new: digest, why: "owner" }, "Phone ended a drawing that waited to show more"],
    [{ t: "mask.cancelled", new: null, why: "revoked" }, "Phone kept the day’s wait before showing more"],
  ])("a record is a sentence: %o", (record, sentence) => {
    expect(textOf(record)).toEqual([sentence]);
  });
});
