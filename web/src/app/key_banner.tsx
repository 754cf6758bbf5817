/** Says where the key was changed on another device, and how this one gets the new one. */

import { Icon } from "../ui/icon";
import { useValue } from "../ui/use_value";
import { useParts } from "./context";
import { words } from "./words";

export function KeyBanner() {
  const lacksKey = useValue(useParts().home.lacksKey);
  return (
    <div role="status" data-testid="key-banner">
      {lacksKey && (
        <div class="banner banner-calm">
          <Icon name="key" size={20} />
          <span>{words.lost.getKey}</span>
        </div>
      )}
    </div>
  );
}
