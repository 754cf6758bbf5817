/** Ties an observable of the core to a component. */

import { useEffect, useState } from "preact/hooks";
import type { Observable } from "../core/observable";

export function useValue<T>(source: Observable<T>): T {
  const [value, setValue] = useState(() => source.value);
  useEffect(() => {
    setValue(() => source.value);
    return source.subscribe((next) => setValue(() => next));
  }, [source]);
  return value;
}
