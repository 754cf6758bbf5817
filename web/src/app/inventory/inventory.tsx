/** What a thief would find on the card, as the camera saw it by looking: locked, readable, and not there. */

import { useCallback, useEffect, useState } from "preact/hooks";
import type { Inventory, InventoryPile } from "../../core/messages";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Notice, Waiting } from "../../ui/parts";
import { useParts } from "../context";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { size } from "../when";
import { words } from "../words";
import { pilesOf, whenOf } from "./piles";

function useInventory() {
  const { api } = useParts();
  const [found, setFound] = useState<Inventory | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const look = useCallback(async () => {
    setFound(null);
    setFailure(null);
    try {
      setFound(await api.command("inventory.get", {}));
    } catch (error) {
      setFailure(error);
    }
  }, [api]);
  useEffect(() => void look(), [look]);
  return { found, failure, look };
}

function Pile({ pile }: { pile: InventoryPile }) {
  const [title, tells] = words.inventory.kinds[pile.kind] ?? [pile.kind, ""];
  const when = whenOf(pile);
  return (
    <li class="rows-row" data-testid={`pile-${pile.kind}`}>
      <span class="rows-text">
        <span class="rows-title">{title}</span>
        <span class="rows-note">{tells}</span>
        <span class="rows-note figures">
          {words.inventory.pile(pile.files, size(pile.bytes))}
          {when && ` · ${when}`}
        </span>
      </span>
    </li>
  );
}

function Piles({ title, text, piles }: { title: string; text: string; piles: readonly InventoryPile[] }) {
  return (
    <section class="section stack">
      <h2>{title}</h2>
      <p class="soft">{text}</p>
      <ul class="card card-flush rows">
        {piles.map((pile) => (
          <Pile key={pile.kind} pile={pile} />
        ))}
      </ul>
    </section>
  );
}

function Alarms({ found }: { found: Inventory }) {
  return (
    <>
      {found.unexpected_keys.length > 0 && (
        <Notice tone="bad" icon="warning" title={words.inventory.keyTitle} testid="inventory-key">
          <p>{words.inventory.keyText(found.unexpected_keys.join(", "))}</p>
        </Notice>
      )}
      {found.strange_count > 0 && (
        <Notice
          tone="warn"
          icon="warning"
          title={words.inventory.strangeTitle(found.strange_count)}
          testid="inventory-strange"
        >
          <p>{words.inventory.strangeText(found.strange.join(", "))}</p>
        </Notice>
      )}
    </>
  );
}

function Found({ found }: { found: Inventory }) {
  const { locked, readable } = pilesOf(found);
  return (
    <>
      <Alarms found={found} />
      <Piles title={words.inventory.locked} text={words.inventory.lockedText} piles={locked} />
      <section class="section stack">
        <h2>{words.inventory.absent}</h2>
        <ul class="card stack-tight cannot">
          {words.inventory.absentList.map((line) => (
            <li key={line}>
              <Icon name="check" size={18} />
              <span>{line}</span>
            </li>
          ))}
        </ul>
      </section>
      <Piles title={words.inventory.readable} text={words.inventory.readableText} piles={readable} />
      <div class="section stack-tight">
        {found.clips_ever !== null && <p class="soft small">{words.inventory.ever(found.clips_ever)}</p>}
        {found.unread.length > 0 && (
          <p class="soft small">{words.inventory.unread(found.unread.join(", "))}</p>
        )}
        <p class="soft small">
          {words.inventory.command} <code>stoop inventory</code>
        </p>
      </div>
    </>
  );
}

export function InventoryScreen() {
  const { found, failure, look } = useInventory();
  return (
    <Screen title={words.inventory.title} lead={words.inventory.lead} back="/settings" testid="inventory">
      {Boolean(failure) && (
        <Notice tone="bad" icon="warning" title={sentenceOf(failure)}>
          <div>
            <Button icon="redo" onClick={look}>
              {words.inventory.again}
            </Button>
          </div>
        </Notice>
      )}
      {!found && !failure && <Waiting text={words.common.loading} />}
      {found && <Found found={found} />}
    </Screen>
  );
}
