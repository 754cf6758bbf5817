/** The live picture while this screen shows: started, stopped when the page is left alone, tied to a video element. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type LiveState, LiveView } from "../../core/live";
import { useValue } from "../../ui/use_value";
import { useParts } from "../context";

/** A page out of sight is given up after this, so that nobody seems to be watching; it resumes by itself. */
const UNSEEN_MS = 15_000;

function useIsSeen(video: { readonly current: HTMLVideoElement | null }): boolean {
  const [isSeen, setSeen] = useState(!document.hidden);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (!document.hidden) setSeen(true);
      else
        timer = setTimeout(() => {
          if (document.pictureInPictureElement !== video.current || !video.current) setSeen(false);
        }, UNSEEN_MS);
    };
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [video]);
  return isSeen;
}

function followPictures(video: HTMLVideoElement, onPicture: () => void): () => void {
  if (typeof video.requestVideoFrameCallback !== "function") {
    const old: HTMLElement = video;
    old.addEventListener("playing", onPicture);
    return () => old.removeEventListener("playing", onPicture);
  }
  const handle = video.requestVideoFrameCallback(onPicture);
  return () => video.cancelVideoFrameCallback(handle);
}

export interface LivePicture {
  readonly view: LiveView;
  readonly video: { current: HTMLVideoElement | null };
  readonly state: LiveState;
  /** True once a picture of the present connection is on the screen. */
  readonly hasPicture: boolean;
  again(): void;
  /** The ticket of the present connection; null while there is none. */
  viewer(): string | null;
}

/** `hasSound`: for an owner, who may talk. */
export function useLive(isWanted: boolean, hasSound = false): LivePicture {
  const { api } = useParts();
  const view = useMemo(() => new LiveView(api, undefined, { hasSound }), [api, hasSound]);
  const video = useRef<HTMLVideoElement>(null);
  const [hasPicture, setPicture] = useState(false);
  const state = useValue(view.state);
  const stream = useValue(view.stream);
  const isSeen = useIsSeen(video);
  useEffect(() => {
    if (!isWanted || !isSeen) return;
    view.start();
    return () => view.stop();
  }, [view, isWanted, isSeen]);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    setPicture(false);
    element.srcObject = stream;
    if (!stream) return;
    void element.play().catch(() => undefined); // muted video may play; where not, the first press starts it
    return followPictures(element, () => {
      view.pictureShown();
      setPicture(true);
    });
  }, [view, stream]);
  const again = () => {
    view.stop();
    view.start();
  };
  const viewer = useCallback(() => view.viewer, [view]);
  return { view, video, state, hasPicture, again, viewer };
}
