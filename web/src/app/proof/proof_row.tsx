/** The way from the settings to what this camera cannot do. */

import { Icon } from "../../ui/icon";
import { Link } from "../link";
import { words } from "../words";

export function ProofRow() {
  return (
    <section class="section card card-flush rows">
      <Link to="/proof" class="rows-row" testid="settings-proof">
        <Icon name="lock" />
        <span class="rows-text">
          <span class="rows-title">{words.proof.row}</span>
          <span class="rows-note">{words.proof.rowNote}</span>
        </span>
        <Icon name="right" size={20} />
      </Link>
    </section>
  );
}
