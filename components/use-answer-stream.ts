"use client";

import { useCallback, useEffect, useRef, useState } from "react";

export interface StreamFailure {
  message: string;
  hint?: string | undefined;
}

type Line<Progress, Result> =
  | { type: "progress"; progress: Progress }
  | { type: "result"; result: Result }
  | { type: "error"; error: StreamFailure };

/**
 * Asks a route of lib/transport/answer-stream and follows its progress. One at a time: a newer question, leaving the
 * page and `cancel` hang up, which ends the work on the server.
 * @param lost what to say when the connection ends without an answer
 */
export function useAnswerStream<Progress, Result>(url: string, lost: string) {
  const [progress, setProgress] = useState<Progress | null>(null);
  const [failure, setFailure] = useState<StreamFailure | null>(null);
  const running = useRef<AbortController | null>(null);

  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setProgress(null);
  }, []);
  useEffect(() => cancel, [cancel]);

  /** @param first what is shown until the server tells more. @returns null after a failure or when it was cancelled */
  const start = useCallback(
    async (body: object, first: Progress): Promise<Result | null> => {
      running.current?.abort();
      const control = new AbortController();
      running.current = control;
      setFailure(null);
      setProgress(first);
      let result: Result | null = null;
      let failed: StreamFailure | null = null;
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
          signal: control.signal,
        });
        for await (const line of readLines<Line<Progress, Result>>(response)) {
          if (line.type === "progress") setProgress(line.progress);
          else if (line.type === "error") failed = line.error;
          else result = line.result;
        }
      } catch {
        // Lost, or cancelled.
      }
      if (control.signal.aborted) return null;
      running.current = null;
      setProgress(null);
      if (result === null) setFailure(failed ?? { message: lost });
      return result;
    },
    [url, lost],
  );
  return { progress, failure, start, cancel };
}

/** A line of JSON for each thing that happened. */
async function* readLines<Line>(response: Response): AsyncGenerator<Line> {
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
