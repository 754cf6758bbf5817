/** Keeps a clip until its owner deletes it, or lets it go with the others. */

import { Button } from "../../ui/button";
import { toast } from "../../ui/toast";
import type { Visit } from "../clips/visits";
import { useParts } from "../context";
import { useAction } from "../use_action";
import { words } from "../words";

export function KeepButton({ visit }: { visit: Visit }) {
  const { api, library } = useParts();
  const keeping = useAction({ speak: true });
  const toggle = () =>
    keeping.run(async () => {
      await api.command("clip.keep", { clip: visit.id, kept: !visit.isKept });
      library.refresh();
      toast(visit.isKept ? words.keeping.letGoDone : words.keeping.keptDone, "bookmark");
    });
  return (
    <Button
      icon={visit.isKept ? "check" : "bookmark"}
      pressed={visit.isKept}
      busy={keeping.isBusy}
      testid="clip-keep"
      onClick={toggle}
    >
      {visit.isKept ? words.keeping.kept : words.keeping.keep}
    </Button>
  );
}
