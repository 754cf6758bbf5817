import { expect, test } from "vitest";
import { wrongCode } from "../../src/app/claim/wrong_code";
import { identityFile } from "../../src/app/sheet_lines";
import { parseIdentity } from "../../src/core/identity";

const IDENTITY = `AGE-SECRET-KEY-1${"Q".repeat(58)}`;

test("the saved key stands whole on one line of its own, and all else is comments", () => {
  const lines = identityFile(["Stoop recovery key", "", "Camera: Front door"], IDENTITY).split("\n");

  expect(lines).toEqual(["# Stoop recovery key", "#", "# Camera: Front door", IDENTITY, ""]);
});

test("a camera's name cannot break out of its comment", () => {
  const file = identityFile(["Camera: Front\r\ndoor\u2028AGE-SECRET-KEY-1X"], IDENTITY);

  expect(file.split(/[\r\n\u2028]/).filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
    IDENTITY,
  ]);
});

test("the saved file can be pasted whole where the recovery key is asked for", async () => {
  const { createIdentity } = await import("../../src/core/identity");
  const identity = await createIdentity();

  expect(await parseIdentity(identityFile(["Stoop recovery key"], identity))).toBe(identity);
});

test.each([
  ["wrong code, 4 tries left: read it again where the camera shows it", /4 tries left/],
  ["wrong code, 1 try left: read it again where the camera shows it", /1 try left/],
  ["wrong code, and no tries left: wait a minute and read the new code", /Wait a minute/],
  ["something new", /not the code/],
])("after %j the page says how to go on", (message, expected) => {
  expect(wrongCode(message)).toMatch(expected);
});
