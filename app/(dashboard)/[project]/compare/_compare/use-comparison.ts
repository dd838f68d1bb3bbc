"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { ComparisonOptions, ComparisonView, SideInput } from "@/lib/operations/comparison/views";

export interface ComparisonRequest {
  source: SideInput;
  target: SideInput;
  options: ComparisonOptions;
  /** Ids of the ticked lines; without it all. */
  changes?: string[];
}

interface Failure {
  message: string;
  hint?: string | undefined;
}

type Line =
  | { type: "progress"; progress: { text?: string } }
  | { type: "result"; result: ComparisonView }
  | { type: "error"; error: Failure };

/** Runs comparisons one at a time, and stops the one that runs. */
export function useComparison(project: string, lost: string) {
  const [view, setView] = useState<ComparisonView | null>(null);
  const [progress, setProgress] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const running = useRef<AbortController | null>(null);

  const run = useCallback(
    async (request: ComparisonRequest): Promise<ComparisonView | null> => {
      running.current?.abort();
      const control = new AbortController();
      running.current = control;
      setFailure(null);
      setProgress("");
      try {
        const response = await fetch(`/${project}/compare/run`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(request),
          signal: control.signal,
        });
        let result: ComparisonView | null = null;
        let failed: Failure | null = null;
        for await (const line of readLines(response)) {
          if (line.type === "progress") setProgress(line.progress.text ?? "");
          else if (line.type === "error") failed = line.error;
          else result = line.result;
        }
        if (result) setView(result);
        else setFailure(failed ?? { message: lost });
        return result;
      } catch {
        if (!control.signal.aborted) setFailure({ message: lost });
        return null;
      } finally {
        if (running.current === control) {
          running.current = null;
          setProgress(null);
        }
      }
    },
    [project, lost],
  );
  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setProgress(null);
  }, []);
  useEffect(() => cancel, [cancel]);
  return { view, progress, failure, run, cancel };
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
