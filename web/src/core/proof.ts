/** The last proof that was made on the camera itself (docs/design/0003 section 5): read with care, judged nowhere. */

import { Shape } from "./shape";

const RESULTS = ["failed", "not checked", "proved"] as const;

export type ProofResult = (typeof RESULTS)[number];

export interface ProofFinding {
  readonly id: string;
  /** A sentence that says what this camera cannot do. */
  readonly claim: string;
  /** "not checked" means that the camera's machine could not show it: no success. */
  readonly result: ProofResult;
  readonly how: string;
  readonly detail: string;
}

export interface Proof {
  readonly atMs: number;
  readonly version: string;
  readonly findings: readonly ProofFinding[];
}

/** Null when nothing was proved yet. Raises FormatError when the answer is of another shape. */
export function readProof(answer: unknown): Proof | null {
  return new Shape(answer, "the proof").orNull("proof", (shape) => {
    const proof = shape.object("proof");
    return {
      atMs: proof.count("at_ms"),
      version: proof.text("version"),
      findings: proof.list("findings").map(readFinding),
    };
  });
}

/** The findings of one result, in the order they were checked. */
export function findingsOf(proof: Proof, result: ProofResult): readonly ProofFinding[] {
  return proof.findings.filter((finding) => finding.result === result);
}

function readFinding(value: unknown): ProofFinding {
  const shape = new Shape(value, "a line of the proof");
  return {
    id: shape.text("id"),
    claim: shape.text("claim"),
    result: shape.oneOf("result", RESULTS),
    how: shape.text("how"),
    detail: shape.text("detail"),
  };
}
