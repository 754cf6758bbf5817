/** A clip's thumbnail, fetched and opened only once it comes near the screen. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../ui/icon";
import { useParts } from "../context";
import type { Visit } from "./visits";

const NEAR = "240px";

/** True from when the element first came near; stays true. */
function useCameNear() {
  const ref = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element || isNear) return;
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: NEAR },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [isNear]);
  return { ref, isNear };
}

export function Thumb({ visit }: { visit: Visit }) {
  const { thumbs } = useParts();
  const { ref, isNear } = useCameNear();
  const [address, setAddress] = useState<string | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const { id, thumbKey } = visit;
  useEffect(() => {
    if (!isNear || !thumbKey) return;
    let isWanted = true;
    thumbs.address(id, thumbKey).then(
      (found) => isWanted && setAddress(found),
      () => isWanted && setFailed(true),
    );
    return () => {
      isWanted = false;
    };
  }, [isNear, id, thumbKey, thumbs]);
  const isWaiting = thumbKey !== null && !address && !hasFailed;
  return (
    <div ref={ref} class={`thumb${isWaiting ? " skeleton" : ""}`}>
      {address && <img src={address} alt="" decoding="async" onError={() => setFailed(true)} />}
      {!address && !isWaiting && <Icon name={visit.isRecording ? "record" : "clips"} size={28} />}
    </div>
  );
}
