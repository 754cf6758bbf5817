/** A neighbour's sheet: the people-free picture under the drawing in force, signed, with how to check it. */

import { useEffect, useState } from "preact/hooks";
import { coverageFile, type SignedCoverage, signCoverage } from "../../core/coverage";
import type { CameraState } from "../../core/messages";
import { fetchPlate } from "../../core/plate";
import { Button } from "../../ui/button";
import { FieldError } from "../../ui/field";
import { saveAs } from "../../ui/save_as";
import { useParts } from "../context";
import { useAction } from "../use_action";
import { shortDate } from "../when";
import { words } from "../words";
import { Drawing } from "./drawing";
import { printOn } from "./paper";
import { signWords } from "./sign_words";
import type { MaskInForce } from "./use_mask";

interface Made {
  readonly signed: SignedCoverage;
  readonly plate: string;
  readonly atMs: number;
}

function useSheet(found: MaskInForce, camera: CameraState) {
  const { api, keys } = useParts();
  const [made, setMade] = useState<Made | null>(null);
  const [progress, setProgress] = useState(0);
  useEffect(() => () => (made ? URL.revokeObjectURL(made.plate) : undefined), [made]);
  const make = async () => {
    const [key, identity] = [await keys.deviceKey(), await keys.identity()];
    if (!key || !identity) throw new Error(words.sign.noKey);
    const plate = await fetchPlate(api, identity, { onProgress: setProgress });
    const atMs = Date.now();
    const about = { camera: camera.camera_id, name: camera.name, mask: found.text, atMs };
    setMade({ signed: await signCoverage(key, about), plate: URL.createObjectURL(plate.png), atMs });
  };
  return { made, make, progress };
}

function Sheet({ made, found, camera }: { made: Made; found: MaskInForce; camera: CameraState }) {
  const said = signWords();
  const { signed } = made;
  const facts = [
    [said.sheetFacts.made, shortDate(made.atMs)],
    [said.sheetFacts.drawing, signed.maskDigest],
    [said.sheetFacts.key, signed.keyDigest],
    [said.sheetFacts.signature, signed.signature],
  ] as const;
  return (
    <article class="paper paper-a4" lang="en" data-testid="coverage-paper">
      <h2 class="paper-title">{said.sheetTitle(camera.name)}</h2>
      <p>{said.sheetLead}</p>
      <Drawing
        mask={found.mask}
        aspect={camera.width_px / camera.height_px || 16 / 9}
        label={said.sheetPicture}
        plate={made.plate}
      />
      <dl class="paper-list">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>{said.sheetCheck}</h3>
      <ol class="paper-steps">
        {said.sheetSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p class="paper-small">{said.sheetHonest}</p>
      <p class="paper-hand">{said.signedBy}</p>
    </article>
  );
}

export function CoverageSheet({ found, camera }: { found: MaskInForce; camera: CameraState }) {
  const { made, make, progress } = useSheet(found, camera);
  const making = useAction({ explain: (error) => (error instanceof Error ? error.message : null) });
  const save = () => {
    if (made) saveAs(new Blob([coverageFile(made.signed)], { type: "application/json" }), "coverage.json");
  };
  return (
    <div class="sign">
      <div class="stack no-print">
        <p class="soft">{words.sign.sheetText}</p>
        {!made && (
          <Button
            kind="primary"
            icon="draw"
            busy={making.isBusy}
            testid="coverage-make"
            onClick={() => making.run(make)}
          >
            {making.isBusy ? words.sign.making(Math.round(progress * 100)) : words.sign.make}
          </Button>
        )}
        <FieldError error={making.error} />
        {made && (
          <>
            <Button kind="primary" icon="print" testid="coverage-print" onClick={() => printOn("A4")}>
              {words.sign.printSheet}
            </Button>
            <Button icon="download" testid="coverage-save" onClick={save}>
              {words.sign.saveFile}
            </Button>
          </>
        )}
      </div>
      {made && <Sheet made={made} found={found} camera={camera} />}
    </div>
  );
}
