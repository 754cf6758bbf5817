/** For makers: the drawing as a file, out of the page and into it. */

import { useRef, useState } from "preact/hooks";
import { FormatError } from "../../core/errors";
import { MAX_TEXT_BYTES, type Mask, maskProblems, parseMask, serialiseMask } from "../../core/mask";
import { Button } from "../../ui/button";
import { FieldError } from "../../ui/field";
import { saveAs } from "../../ui/save_as";
import { toast } from "../../ui/toast";
import { words } from "../words";

export const FILE_NAME = "stoop-mask.json";

/** The mask in a file's text. Raises FormatError with what is wrong in words for its owner. */
export function maskFromFile(text: string): Mask {
  if (text.length > MAX_TEXT_BYTES) throw new FormatError(words.draw.fileTooLong);
  let mask: Mask;
  try {
    mask = parseMask(text);
  } catch (cause) {
    throw new FormatError(words.draw.fileNoMask, { cause });
  }
  const problem = maskProblems(mask)[0];
  if (problem) throw new FormatError(words.draw.fileProblem(problem.what.replaceAll("_", " ")));
  return mask;
}

export function MaskFile({ mask, onMask }: { mask: Mask; onMask: (mask: Mask) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<string | null>(null);
  const read = async (file: File | undefined) => {
    if (!file) return;
    try {
      onMask(maskFromFile(file.size > MAX_TEXT_BYTES ? "x".repeat(MAX_TEXT_BYTES + 1) : await file.text()));
      setError(null);
      toast(words.draw.fileRead);
    } catch (cause) {
      setError(cause instanceof FormatError ? cause.message : words.draw.fileNoMask);
    }
  };
  return (
    <details class="mask-file">
      <summary data-testid="mask-file">{words.draw.fileTitle}</summary>
      <div class="stack-tight">
        <p class="soft small">{words.draw.fileText}</p>
        <div class="row">
          <Button
            icon="download"
            testid="mask-export"
            disabled={mask.allow.length === 0}
            onClick={() => saveAs(new Blob([serialiseMask(mask)], { type: "application/json" }), FILE_NAME)}
          >
            {words.draw.fileExport}
          </Button>
          <Button icon="share" testid="mask-import" onClick={() => input.current?.click()}>
            {words.draw.fileImport}
          </Button>
        </div>
        <input
          ref={input}
          type="file"
          accept="application/json,.json"
          hidden
          data-testid="mask-import-file"
          onChange={(event) => {
            void read(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
        <FieldError error={error} />
      </div>
    </details>
  );
}
