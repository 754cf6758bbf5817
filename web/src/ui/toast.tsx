/** Short messages that appear, are read aloud, and go by themselves. */

import { useEffect } from "preact/hooks";
import { Subject } from "../core/observable";
import { Icon, type IconName } from "./icon";
import { useValue } from "./use_value";

const SHOWN_MS = 5000;

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly icon: IconName;
}

const current = new Subject<Toast | null>(null);
const spoken = new Subject("");
let count = 0;

/** Shows `text` for five seconds; a newer one replaces it. */
export function toast(text: string, icon: IconName = "check"): void {
  count += 1;
  current.set({ id: count, text, icon });
}

/** Says `text` to screen readers without showing it. */
export function announce(text: string): void {
  spoken.set(spoken.value === text ? `${text}\u00a0` : text);
}

/** Stands once in the page, always, so that live regions exist before they speak. */
export function Toaster() {
  const shown = useValue(current);
  const said = useValue(spoken);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => current.set(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <>
      <div class="toaster" role="status" aria-live="polite" data-testid="toast">
        {shown && (
          <div class="toast" key={shown.id}>
            <Icon name={shown.icon} size={20} />
            <span>{shown.text}</span>
          </div>
        )}
      </div>
      <div class="unseen" aria-live="polite">
        {said}
      </div>
    </>
  );
}
