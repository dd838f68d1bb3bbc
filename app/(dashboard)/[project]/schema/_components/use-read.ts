"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";

export type ReadPhase = "connect" | "read" | "sizes" | "store";

export interface ReadFailure {
  message: string;
  hint?: string | undefined;
}

type Line =
  | { type: "progress"; progress: { phase: ReadPhase } }
  | { type: "result" }
  | { type: "error"; error: ReadFailure };

/** Reads a schema anew with its progress, and draws the page again with what was read. */
export function useRead(project: string, targetId: string, lost: string) {
  const router = useRouter();
  const [phase, setPhase] = useState<ReadPhase | null>(null);
  const [failure, setFailure] = useState<ReadFailure | null>(null);
  const running = useRef<AbortController | null>(null);

  const start = useCallback(async () => {
    if (running.current) return;
    const control = new AbortController();
    running.current = control;
    setFailure(null);
    setPhase("connect");
    try {
      const response = await fetch(`/${project}/schema/read`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ targetId }),
        signal: control.signal,
      });
      let ended = false;
      for await (const line of readLines(response)) {
        if (line.type === "progress") setPhase(line.progress.phase);
        else ended = true;
        if (line.type === "error") setFailure(line.error);
        if (line.type === "result") router.refresh();
      }
      if (!ended) setFailure({ message: lost });
    } catch {
      if (!control.signal.aborted) setFailure({ message: lost });
    } finally {
      if (running.current === control) {
        running.current = null;
        setPhase(null);
      }
    }
  }, [project, targetId, lost, router]);
  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setPhase(null);
  }, []);
  useEffect(() => cancel, [cancel]);
  return { phase, failure, start, cancel };
}

async function* readLines(response: Response): AsyncGenerator<Line> {
  if (!response.ok || !response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += value ?? "";
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line) yield JSON.parse(line) as Line;
    if (done) return;
  }
}
