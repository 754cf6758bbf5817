/** The last net: a fault in a screen becomes a page that can be loaded again, not a blank one. */

import { Component, type ComponentChildren } from "preact";
import { Button } from "../ui/button";
import { Empty } from "../ui/parts";
import { words } from "./words";

interface Caught {
  readonly error: unknown;
}

export class Boundary extends Component<{ children: ComponentChildren }, Caught> {
  override state: Caught = { error: null };

  static override getDerivedStateFromError(error: unknown): Caught {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <main class="center-page">
        <Empty
          icon="warning"
          title={words.errors.boundaryTitle}
          text={words.errors.boundaryText}
          testid="boundary"
        >
          <Button kind="primary" onClick={() => location.reload()}>
            {words.errors.boundaryAction}
          </Button>
          <details class="small soft more">
            <summary>{words.errors.boundaryDetail}</summary>
            <p class="key">
              {error instanceof Error ? `${error.name}: ${error.message}` : words.errors.unexpected}
            </p>
          </details>
        </Empty>
      </main>
    );
  }
}
