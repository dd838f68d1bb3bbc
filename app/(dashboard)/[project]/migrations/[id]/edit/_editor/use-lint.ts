"use client";

import { useEffect, useRef, useState } from "react";
import type { LintResult } from "@/lib/operations/migration/views";
import { lintAction } from "../../../actions";

const PAUSE_MS = 350;

/** A check, and the very text that it was made of. */
export interface Checked {
  script: string;
  result: LintResult;
  at: number;
}

/**
 * Checks a script a moment after the last key. `failed`: the server could not be asked, and what is shown is of an
 * older text.
 */
export function useLint(id: string, script: string | null, serverVersion: number | null) {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [failed, setFailed] = useState(false);
  const asked = useRef(0);

  useEffect(() => {
    if (script === null) {
      setChecked(null);
      return;
    }
    const mine = ++asked.current;
    const timer = setTimeout(
      async () => {
        const input = { id, script, ...(serverVersion === null ? {} : { serverVersion }) };
        const answer = await lintAction(input).catch(() => null);
        if (mine !== asked.current) return;
        setFailed(!answer?.ok);
        if (answer?.ok) setChecked({ script, result: answer.data, at: Date.now() });
      },
      asked.current === 1 ? 0 : PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [id, script, serverVersion]);

  return { checked, failed };
}
