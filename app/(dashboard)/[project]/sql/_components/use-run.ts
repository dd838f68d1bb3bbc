"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { Explained } from "@/lib/operations/sql/explain";
import type { ConsoleOutcome } from "@/lib/postgres/console/run";

export type RunMode = "read" | "write" | "explain" | "explain_analyze";

export interface RunRequest {
  mode: RunMode;
  targetId: string;
  sql: string;
  rows: number;
  timeoutSeconds: number;
}

export type RunAnswer =
  | { kind: "rows"; request: RunRequest; outcome: ConsoleOutcome }
  | { kind: "plan"; request: RunRequest; plan: Explained }
  | { kind: "error"; request: RunRequest; message: string; hint?: string | undefined; line: number | null }
  | { kind: "cancelled"; request: RunRequest };

type Line =
  | { type: "result"; result: ConsoleOutcome | Explained }
  | { type: "error"; error: { message: string; hint?: string; details?: { line?: number } } };

/** Runs texts one at a time, and stops the one that runs. */
export function useRun(project: string, lost: string) {
  const [answer, setAnswer] = useState<RunAnswer | null>(null);
  const [since, setSince] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = useCallback(
    async (request: RunRequest): Promise<void> => {
      if (running.current) return;
      const control = new AbortController();
      running.current = control;
      setSince(Date.now());
      try {
        setAnswer(await ask(project, request, control.signal));
      } catch {
        if (control.signal.aborted) setAnswer({ kind: "cancelled", request });
        else setAnswer({ kind: "error", request, message: lost, line: null });
      } finally {
        running.current = null;
        setSince(null);
      }
    },
    [project, lost],
  );
  const cancel = useCallback(() => running.current?.abort(), []);
  return { answer, since, run, cancel };
}

async function ask(project: string, request: RunRequest, signal: AbortSignal): Promise<RunAnswer> {
  const { mode, ...body } = request;
  const response = await fetch(`/${project}/sql/run?mode=${mode}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  const text = await response.text();
  const line = JSON.parse(text.trim().split("\n").at(-1) ?? "") as Line;
  if (line.type === "error") {
    const { message, hint, details } = line.error;
    return { kind: "error", request, message, hint, line: details?.line ?? null };
  }
  const { result } = line;
  return "nodes" in result
    ? { kind: "plan", request, plan: result }
    : { kind: "rows", request, outcome: result };
}
