/** What people say: whether clips hold it, and whether a visitor may leave a message. Off until an owner says yes. */

import type { Settings } from "../../core/messages";
import { ask } from "../../ui/dialog";
import { SwitchRow } from "../../ui/field";
import { toast } from "../../ui/toast";
import { words } from "../words";

type Choice = "record_sound" | "visitor_message";

export function SoundRows({
  settings,
  busy,
  change,
}: {
  settings: Settings;
  busy: boolean;
  /** Whether it was done. */
  change: (part: Partial<Settings>) => Promise<boolean>;
}) {
  const choose = (choice: Choice) => async (isOn: boolean) => {
    const { yesTitle: title, yesText: body, yes: action } = words.hearing[choice];
    if (isOn && !(await ask({ title, body, action, cancel: words.common.cancel, danger: true }))) return;
    const isDone = await change({ [choice]: isOn });
    if (isDone && isOn && settings.loosening_lock) toast(words.hearing.waits, "lock");
  };
  return (
    <>
      {(["record_sound", "visitor_message"] as const).map((choice) => (
        <SwitchRow
          key={choice}
          title={words.hearing[choice].title}
          note={settings[choice] ? words.hearing[choice].on : words.hearing[choice].off}
          checked={settings[choice]}
          busy={busy}
          testid={choice === "record_sound" ? "switch-sound" : "switch-message"}
          onChange={choose(choice)}
        />
      ))}
    </>
  );
}
