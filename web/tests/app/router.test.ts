import { describe, expect, test } from "vitest";
import { parsePath, pathOf } from "../../src/app/router";

const CLIP = "0000000a".padEnd(32, "f");

describe("paths", () => {
  test.each([
    "/",
    "/claim",
    "/pair",
    "/clips",
    "/draw",
    "/devices",
    "/log",
    "/settings",
    "/proof",
    `/clips/${CLIP}`,
  ])("%s leads to a screen that leads back to it", (path) => {
    const route = parsePath(path);
    expect(route.name).not.toBe("lost");
    expect(pathOf(route)).toBe(path);
  });

  test("a trailing slash is forgiven", () => {
    expect(parsePath("/clips/")).toEqual({ name: "clips" });
  });

  test.each([
    "/nowhere",
    "/clips/short",
    `/clips/${CLIP.slice(1)}`,
    `/clips/${CLIP}0`,
    `/clips/${CLIP.toUpperCase()}`,
    "/toString",
    "/clips/../draw",
  ])("%s is lost", (path) => {
    expect(parsePath(path).name).toBe("lost");
  });
});
