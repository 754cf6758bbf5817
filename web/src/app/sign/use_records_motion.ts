/** Whether motion is recorded, as the sign has to say; the more that may be, until it is known. */

import { useEffect, useState } from "preact/hooks";
import { useParts } from "../context";

export function useRecordsMotion(): boolean {
  const { api } = useParts();
  const [records, setRecords] = useState(true);
  useEffect(() => {
    let isWanted = true;
    api.command("settings.get", {}).then(
      (found) => isWanted && setRecords(found.record_on_motion),
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [api]);
  return records;
}
