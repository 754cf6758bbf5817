/** The way from the settings to setting motion up. */

import { Icon } from "../../ui/icon";
import { Link } from "../link";
import { words } from "../words";

export function MotionRow() {
  return (
    <Link to="/motion" class="rows-row" testid="settings-motion">
      <Icon name="motion" />
      <span class="rows-text">
        <span class="rows-title">{words.motion.row}</span>
        <span class="rows-note">{words.motion.rowNote}</span>
      </span>
      <Icon name="right" size={20} />
    </Link>
  );
}
