"use client";

import { useEffect, useState } from "react";
import type { Names } from "./completion";

const NO_NAMES: Names[] = [];

/** Names of a target's tables, columns and functions for completion; without an answer there are keywords. */
export function useNames(project: string, targetId: string | null): Names[] {
  const [names, setNames] = useState<Names[]>(NO_NAMES);
  useEffect(() => {
    const control = new AbortController();
    setNames(NO_NAMES);
    if (!targetId) return;
    fetch(`/${project}/completion?target=${targetId}`, { signal: control.signal })
      .then((response) => (response.ok ? (response.json() as Promise<Names[]>) : NO_NAMES))
      .then(setNames)
      .catch(() => {});
    return () => control.abort();
  }, [project, targetId]);
  return names;
}
