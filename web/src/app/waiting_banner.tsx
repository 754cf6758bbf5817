/** What waits under the lock on showing more: said on every page, and any owner can end it. */

import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { toast } from "../ui/toast";
import { useCamera, useMe, useParts } from "./context";
import { useAction } from "./use_action";
import { waitingLines } from "./waiting_lines";
import { words } from "./words";

export function WaitingBanner() {
  const { api } = useParts();
  const isOwner = useMe()?.role === "owner";
  const lines = waitingLines(useCamera());
  const cancelling = useAction({ speak: true });
  const cancel = () =>
    cancelling.run(async () => {
      await api.command("mask.cancel", {});
      toast(words.waiting.cancelled);
    });
  return (
    <div role="status" data-testid="waiting-banner">
      {lines.length > 0 && (
        <div class="banner banner-calm">
          <Icon name="lock" size={20} />
          <span>{lines.join(" ")}</span>
          {isOwner && (
            <Button kind="quiet" busy={cancelling.isBusy} testid="waiting-cancel" onClick={cancel}>
              {words.waiting.cancel}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
