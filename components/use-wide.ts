"use client";

import { useSyncExternalStore } from "react";

/**
 * Whether the window is at least so wide; true on the server.
 * @param pixels CSS pixels
 */
export function useWide(pixels: number): boolean {
  const query = `(min-width: ${pixels}px)`;
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
    () => true,
  );
}
