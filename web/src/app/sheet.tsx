/** The recovery key in groups that can be read and typed, and as a square, to print or to save. It is never sent anywhere. */

import type { RecoverySheet } from "../core/identity";
import { identitiesIn } from "../core/ring";
import { Button } from "../ui/button";
import { QrCode } from "../ui/qr_code";
import { saveAs } from "../ui/save_as";
import { toast } from "../ui/toast";
import { identityFile, sheetLines } from "./sheet_lines";
import { shortDate } from "./when";
import { words } from "./words";

function KeyAndSquare({ identity, testid }: { identity: string; testid: string }) {
  return (
    <div class="sheet-both">
      <KeyText identity={identity} testid={testid} />
      <QrCode text={identity} label={words.sheet.qr} />
    </div>
  );
}

function KeyText({ identity, testid }: { identity: string; testid: string }) {
  return (
    <p class="sheet-key key" data-testid={testid} data-key={identity}>
      {sheetLines(identity).map((groups) => (
        <span class="sheet-line" key={groups.join()}>
          {groups.map((group) => (
            <span key={group}>{group} </span>
          ))}
        </span>
      ))}
    </p>
  );
}

export function Sheet({ sheet, cameraName }: { sheet: RecoverySheet; cameraName: string }) {
  const today = shortDate(Date.now());
  const [newest = "", ...older] = identitiesIn(sheet.identity);
  const save = () => {
    const file = identityFile(words.sheet.fileNotes(cameraName, today), sheet.identity);
    saveAs(new Blob([file], { type: "text/plain" }), words.sheet.fileName);
    toast(words.sheet.savedFile);
  };
  return (
    <div class="stack">
      <section class="sheet" aria-label={words.sheet.keyLabel}>
        <h2 class="sheet-head">{words.sheet.heading}</h2>
        <KeyAndSquare identity={newest} testid="recovery-key" />
        {older.length > 0 && <h3 class="sheet-older small">{words.sheet.older}</h3>}
        {older.map((identity) => (
          <KeyAndSquare key={identity} identity={identity} testid="older-key" />
        ))}
        <dl class="sheet-print small">
          <dt>{words.sheet.camera}</dt>
          <dd>{cameraName}</dd>
          <dt>{words.sheet.made}</dt>
          <dd>{today}</dd>
        </dl>
        <p class="sheet-print small">{words.sheet.printLead}</p>
        <p class="sheet-print small">{words.sheet.how}</p>
        <p class="sheet-print small">{words.sheet.howLost}</p>
      </section>
      <div class="row no-print sheet-buttons">
        <Button icon="print" testid="sheet-print" onClick={() => print()}>
          {words.sheet.print}
        </Button>
        <Button icon="download" testid="sheet-save" onClick={save}>
          {words.sheet.save}
        </Button>
      </div>
    </div>
  );
}
