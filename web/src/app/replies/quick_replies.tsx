/** The owner's phrases, each said at the door by one tap. */

import { Button } from "../../ui/button";
import { toast } from "../../ui/toast";
import { useParts } from "../context";
import { useAction } from "../use_action";
import { words } from "../words";
import { useReplies } from "./use_replies";

export function QuickReplies() {
  const { api } = useParts();
  const { told } = useReplies();
  const playing = useAction({ speak: true });
  if (!told || told.replies.length === 0) return null;
  const play = (reply: string, name: string) =>
    playing.run(async () => {
      await api.command("reply.play", { reply });
      toast(words.replies.said(name), "mic");
    });
  return (
    <section class="replies" aria-label={words.replies.quick} data-testid="quick-replies">
      <h2 class="replies-title">{words.replies.quick}</h2>
      <ul class="replies-list">
        {told.replies.map(({ reply, name }) => (
          <li key={reply}>
            <Button testid="quick-reply" disabled={playing.isBusy} onClick={() => play(reply, name)}>
              {name}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
