/** Below the clips: how long they stay, and the way to change it. */

import { Link } from "../link";
import { words } from "../words";
import { useKeeping } from "./use_keeping";

export function HowLong() {
  const { keeping } = useKeeping();
  if (!keeping) return null;
  return (
    <p class="soft small how-long" data-testid="how-long">
      {words.keeping.listNote(words.keeping.days(keeping.keep_hours))}{" "}
      <Link to="/keeping">{words.keeping.change}</Link>
    </p>
  );
}
