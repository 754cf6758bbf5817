/** Sorts what lies on the card into what is locked and what anybody can read; pure. */

import type { Inventory, InventoryPile } from "../../core/messages";
import { shortDate } from "../when";
import { words } from "../words";

const LOCKED = ["clips", "thumbnails", "journal", "deletions"];

/** In the order in which the words stand; kinds that this page does not know come last. */
export function pilesOf({ piles }: Inventory): {
  readonly locked: readonly InventoryPile[];
  readonly readable: readonly InventoryPile[];
} {
  const order = Object.keys(words.inventory.kinds);
  const place = ({ kind }: InventoryPile) => (order.includes(kind) ? order.indexOf(kind) : order.length);
  const sorted = [...piles].sort((a, b) => place(a) - place(b));
  return {
    locked: sorted.filter(({ kind }) => LOCKED.includes(kind)),
    readable: sorted.filter(({ kind }) => !LOCKED.includes(kind)),
  };
}

/** From the oldest to the newest day; empty where it is not known. */
export function whenOf(pile: InventoryPile, zone?: string): string {
  if (pile.oldest_ms === null || pile.newest_ms === null) return "";
  return words.inventory.between(shortDate(pile.oldest_ms, zone), shortDate(pile.newest_ms, zone));
}
