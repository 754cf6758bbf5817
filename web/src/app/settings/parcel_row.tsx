/** The way from the settings to the place for parcels. */

import { Icon } from "../../ui/icon";
import { Link } from "../link";
import { words } from "../words";

export function ParcelRow() {
  return (
    <Link to="/parcels" class="rows-row" testid="settings-parcels">
      <Icon name="parcel" />
      <span class="rows-text">
        <span class="rows-title">{words.parcels.row}</span>
        <span class="rows-note">{words.parcels.rowNote}</span>
      </span>
      <Icon name="right" size={20} />
    </Link>
  );
}
