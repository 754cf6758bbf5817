/** A page on its own, without tabs: set-up, joining, and what stands where nobody is signed in. */

import type { ComponentChildren } from "preact";
import { words } from "./words";

export function Brand() {
  return (
    <span class="brand">
      <img class="brand-mark" src="/icon.svg" alt="" width={32} height={32} />
      {words.product}
    </span>
  );
}

export function Solo({
  aside,
  testid,
  children,
}: {
  aside?: ComponentChildren;
  testid: string;
  children: ComponentChildren;
}) {
  return (
    <div class="solo" data-testid={testid}>
      <header class="solo-head row spread">
        <Brand />
        {aside}
      </header>
      <main class="solo-body">{children}</main>
    </div>
  );
}
