import { afterEach, expect, test, vi } from "vitest";
import { joinSquares, readPicture } from "../../src/app/recover/picture";

const photo = (...texts: string[]) => {
  class Detector {
    detect = async () => texts.map((rawValue) => ({ rawValue }));
  }
  vi.stubGlobal("BarcodeDetector", Detector);
  vi.stubGlobal("createImageBitmap", async () => ({ close: () => undefined }));
  return readPicture(new Blob());
};

afterEach(() => {
  vi.unstubAllGlobals();
});

test("every square on a photo of the sheet is read, each once", async () => {
  expect(await photo("NEW", "OLD", "NEW")).toBe("NEW\nOLD");
  expect(await photo()).toBeNull();
});

test("a second photo adds to the first", () => {
  expect(joinSquares("NEW\r\n", "OLD\nNEW")).toBe("NEW\nOLD");
});
