/** The ways from the settings to what this camera cannot do, and to what a thief would find. */

import { Icon } from "../../ui/icon";
import { Link } from "../link";
import { words } from "../words";

export function ProofRow({ isOwner }: { isOwner: boolean }) {
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
      {isOwner && (
        <Link to="/inventory" class="rows-row" testid="settings-inventory">
          <Icon name="eye" />
          <span class="rows-text">
            <span class="rows-title">{words.inventory.title}</span>
            <span class="rows-note">{words.inventory.rowNote}</span>
          </span>
          <Icon name="right" size={20} />
        </Link>
      )}
    </section>
  );
}
