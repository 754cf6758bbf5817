/** Asks the camera where people pass by, and offers one such place after the other to be hidden. */

import { useState } from "preact/hooks";
import type { Polygon } from "../../core/mask";
import { fetchTraffic } from "../../core/traffic";
import { Button } from "../../ui/button";
import { FieldError } from "../../ui/field";
import { Notice } from "../../ui/parts";
import { useValue } from "../../ui/use_value";
import { useParts } from "../context";
import { useAction } from "../use_action";
import { words } from "../words";
import type { EditorAction, EditorState } from "./editor_state";
import { maskOf } from "./editor_state";
import { isEnough, offersFor } from "./suggestions";

type Answer =
  | { readonly kind: "counting" }
  | { readonly kind: "nothing"; readonly minutes: number }
  | { readonly kind: "offers"; readonly left: readonly Polygon[]; readonly minutes: number };

interface SuggestProps {
  state: EditorState;
  dispatch: (action: EditorAction) => void;
  /** What is offered right now, to be shown on the picture. */
  onOffer: (part: Polygon | null) => void;
}

export function Suggest({ state, dispatch, onOffer }: SuggestProps) {
  const { api, home } = useParts();
  const identity = useValue(home.identity);
  const asking = useAction({});
  const [answer, setAnswer] = useState<Answer | null>(null);

  const offer = (left: readonly Polygon[], minutes: number) => {
    setAnswer(left.length > 0 ? { kind: "offers", left, minutes } : { kind: "nothing", minutes });
    onOffer(left[0] ?? null);
  };
  const ask = () =>
    asking.run(async () => {
      if (!identity) return;
      const map = await fetchTraffic(api, identity);
      if (!isEnough(map)) return setAnswer({ kind: "counting" });
      offer(offersFor(map, maskOf(state)), map.minutes);
    });
  return (
    <div class="stack-tight" aria-live="polite">
      {answer?.kind !== "offers" && (
        <Button icon="motion" busy={asking.isBusy} testid="suggest-ask" onClick={ask}>
          {words.draw.suggestAsk}
        </Button>
      )}
      <FieldError error={asking.error} />
      {answer?.kind === "counting" && (
        <Notice tone="plain" icon="info" title={words.draw.suggestCounting} testid="suggest-counting">
          <p class="small">{words.draw.suggestCountingText}</p>
        </Notice>
      )}
      {answer?.kind === "nothing" && (
        <p class="soft small" data-testid="suggest-nothing">
          {words.draw.suggestNothing(answer.minutes)}
        </p>
      )}
      {answer?.kind === "offers" && (
        <Notice tone="warn" icon="motion" title={words.draw.suggestTitle} testid="suggest-offer">
          <p class="small">{words.draw.suggestText(answer.minutes)}</p>
          <div class="row">
            <Button
              kind="primary"
              testid="suggest-yes"
              onClick={() => {
                dispatch({ type: "hide", points: answer.left[0] as Polygon });
                offer(answer.left.slice(1), answer.minutes);
              }}
            >
              {words.draw.suggestYes}
            </Button>
            <Button testid="suggest-no" onClick={() => offer(answer.left.slice(1), answer.minutes)}>
              {words.draw.suggestNo}
            </Button>
          </div>
        </Notice>
      )}
    </div>
  );
}
