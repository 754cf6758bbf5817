/** While no browser would let this page sound: one quiet line that says what to do about it. */

import { Icon } from "../../ui/icon";
import { useValue } from "../../ui/use_value";
import { words } from "../words";
import { isLoud, sound } from "./bell_world";

export function SoundHint() {
  const isUnlocked = useValue(sound.isUnlocked);
  const wanted = useValue(isLoud);
  if (isUnlocked || !wanted) return null;
  return (
    <p class="sound-hint" data-testid="sound-hint">
      <Icon name="bell" size={18} />
      {words.bell.soundHint}
    </p>
  );
}
