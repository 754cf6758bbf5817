/** What is told under a claim: how it was checked and what was found, or why it could not be; pure. */

import type { ProofFinding } from "../../core/proof";

/** Of a claim that could not be checked only the reason is told: how it would have been would read as a success. */
export function sentencesOf(finding: ProofFinding): string {
  const parts = finding.result === "not checked" ? [finding.detail] : [finding.how, finding.detail];
  return parts
    .filter((part) => part !== "")
    .map(sentence)
    .join(" ");
}

/** With a full stop, and a capital letter unless it begins with the name of a file. */
function sentence(text: string): string {
  const first = text.split(" ", 1)[0] ?? "";
  const begun = /[/.]/.test(first) ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return begun.endsWith(".") ? begun : `${begun}.`;
}
