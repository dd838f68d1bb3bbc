"use client";

import { useEffect, useRef, useState } from "react";
import type { PresenceView } from "@/lib/operations/migration/views";
import { presenceAction } from "../../../actions";

const EVERY_MS = 10_000;

/** Who else is in the editor and whether somebody saved meanwhile; null until the first answer. */
export function usePresence(id: string, revision: number): PresenceView | null {
  const [seen, setSeen] = useState<PresenceView | null>(null);
  const base = useRef(revision);
  base.current = revision;

  useEffect(() => {
    let alive = true;
    const ask = async () => {
      if (document.hidden) return;
      const answer = await presenceAction({ id, revision: base.current }).catch(() => null);
      if (alive && answer?.ok) setSeen(answer.data);
    };
    void ask();
    const timer = setInterval(ask, EVERY_MS);
    document.addEventListener("visibilitychange", ask);
    return () => {
      alive = false;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", ask);
      void presenceAction({ id, revision: base.current, leaving: true }).catch(() => null);
    };
  }, [id]);

  return seen;
}
