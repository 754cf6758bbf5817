import { describe, expect, it } from "vitest";
import { sentencesOf } from "../../src/app/proof/told";
import { FormatError } from "../../src/core/errors";
import { findingsOf, readProof } from "../../src/core/proof";

const line = { id: "no-key", claim: "No key.", result: "proved", how: "looked", detail: "a key in x/y.pem" };
const answer = (finding: object) => ({ proof: { v: 1, at_ms: 5, version: "1", findings: [finding] } });

describe("a proof", () => {
  it("that was never made is null", () => {
    expect(readProof({ proof: null })).toBeNull();
  });

  it("is read with its lines in order", () => {
    const proof = readProof(answer(line));
    expect(proof).toEqual({ atMs: 5, version: "1", findings: [line] });
    expect(proof && findingsOf(proof, "proved").length).toBe(1);
    expect(proof && findingsOf(proof, "failed")).toEqual([]);
  });

  it.each([{ ...line, result: "fine" }, { ...line, claim: 1 }, { id: "x" }, [], null])(
    "of another shape is refused: %j",
    (finding) => {
      expect(() => readProof(answer(finding as object))).toThrow(FormatError);
    },
  );

  it("tells how and what, and only the reason where nothing was checked", () => {
    expect(sentencesOf({ ...line, result: "proved" })).toBe("Looked. A key in x/y.pem.");
    expect(sentencesOf({ ...line, result: "proved", detail: "x/y.pem is open" })).toBe(
      "Looked. x/y.pem is open.",
    );
    expect(sentencesOf({ ...line, result: "not checked", detail: "no clip yet" })).toBe("No clip yet.");
  });
});
