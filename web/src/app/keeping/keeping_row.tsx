/** The way from the settings to how long clips stay. */

import { Icon } from "../../ui/icon";
import { Link } from "../link";
import { words } from "../words";
import { useKeeping } from "./use_keeping";

export function KeepingRow() {
  const { keeping } = useKeeping();
  return (
    <Link to="/keeping" class="rows-row" testid="settings-keeping">
      <Icon name="bookmark" />
      <span class="rows-text">
        <span class="rows-title">{words.keeping.row}</span>
        <span class="rows-note">
          {keeping ? words.keeping.days(keeping.keep_hours) : words.common.loading}
        </span>
      </span>
      <Icon name="right" size={20} />
    </Link>
  );
}
