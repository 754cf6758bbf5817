import { describe, expect, it } from "vitest";
import { joinPush } from "../../src/app/ways/push_join";
import { Api } from "../../src/core/api";
import { createDeviceKey, deviceSigner } from "../../src/core/device_key";
import { FakeServer, readJws, refuse, reply } from "../core/fakes";

const JOIN = {
  endpoint: "https://push.example/1",
  key: "AQ",
  auth: "AQ",
  notices: ["ring"],
  cooldown_s: 60,
} as const;
const TOLD = { holes: [], snooze_left_s: 0 };
const lost = () => {
  throw new TypeError("lost");
};

/** What the page was told, and whether it is left unsure, after the camera answered so. */
async function joining(answers: { "push.join": () => Response; "holes.get": () => Response }) {
  const server = new FakeServer({
    "POST /api/nonce": () => reply({ nonce: "n" }),
    "POST /api/commands": ({ body }) => {
      const { action } = readJws(JSON.parse(body).jws).payload;
      seen.push(`${action}, ${isUnsure ? "unsure" : "sure"}`);
      return answers[action as keyof typeof answers]();
    },
  });
  const api = new Api({ fetch: server.fetch });
  api.setSigner(deviceSigner(await createDeviceKey()));
  const seen: string[] = [];
  let isUnsure = false;
  const onTold = () => void seen.push("told");
  const onUnsure = (is: boolean) => {
    isUnsure = is;
  };
  const error = await joinPush(api, JOIN, onTold, onUnsure).then(
    () => null,
    (failure: Error) => failure.name,
  );
  return { seen, isUnsure, error };
}

describe("asking the camera for notices", () => {
  it("is unsure from asking until the answer is there, as its dialog can be closed meanwhile", async () => {
    expect(await joining({ "push.join": () => reply(TOLD), "holes.get": lost })).toEqual({
      seen: ["push.join, unsure", "told"],
      isUnsure: false,
      error: null,
    });
  });

  it("stays unsure where the camera cannot be asked either, and says the first failure", async () => {
    const refused = () => refuse(409, "conflict", "something else");
    expect(await joining({ "push.join": lost, "holes.get": refused })).toEqual({
      seen: ["push.join, unsure", "holes.get, unsure"],
      isUnsure: true,
      error: "NoAnswerError",
    });
  });

  it("is sure again once the camera has said who takes part, and says the first failure", async () => {
    expect(await joining({ "push.join": lost, "holes.get": () => reply(TOLD) })).toEqual({
      seen: ["push.join, unsure", "holes.get, unsure", "told"],
      isUnsure: false,
      error: "NoAnswerError",
    });
  });
});
