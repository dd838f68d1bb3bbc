"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { TryResult } from "@/lib/operations/migration/views";
import type { Text } from "./use-text";

export interface TryProgress {
  phase: "plan" | "copy" | "read" | "try" | "rollback" | "done";
  migration?: string;
  position?: number;
  of?: number;
}

export interface TryFailure {
  message: string;
  hint?: string | undefined;
}

/** A try and the texts it was made of; it survives a reload for as long as the window is open. */
export interface Tried {
  text: Text;
  targetId: string;
  result: TryResult;
}

type Line =
  | { type: "progress"; progress: TryProgress }
  | { type: "result"; result: TryResult }
  | { type: "error"; error: TryFailure };

const keyOf = (id: string) => `dbmigrator.try.${id}`;

function readTried(id: string): Tried | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(id)) ?? "null") as Tried | null;
  } catch {
    return null;
  }
}

/** Tries a text on a shadow, with its progress, until it ends or is cancelled. */
export function useTry(project: string, id: string) {
  const [tried, setTried] = useState<Tried | null>(() => readTried(id));
  const [progress, setProgress] = useState<TryProgress | null>(null);
  const [failure, setFailure] = useState<TryFailure | null>(null);
  const running = useRef<AbortController | null>(null);

  useEffect(() => () => running.current?.abort(), []);

  const start = useCallback(
    async (targetId: string, text: Text, lost: string): Promise<Tried | null> => {
      if (running.current) return null;
      const control = new AbortController();
      running.current = control;
      setFailure(null);
      setProgress({ phase: "plan" });
      try {
        const response = await fetch(`/${project}/migrations/${id}/try`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ targetId, ...text }),
          signal: control.signal,
        });
        let done: Tried | null = null;
        for await (const line of readLines(response)) {
          if (line.type === "progress") setProgress(line.progress);
          else if (line.type === "error") setFailure(line.error);
          else done = { text, targetId, result: line.result };
        }
        if (done) {
          setTried(done);
          rememberTried(id, done);
        }
        return done;
      } catch {
        if (!control.signal.aborted) setFailure({ message: lost });
        return null;
      } finally {
        running.current = null;
        setProgress(null);
      }
    },
    [id, project],
  );

  const cancel = useCallback(() => running.current?.abort(), []);
  return { tried, progress, failure, start, cancel };
}

function rememberTried(id: string, tried: Tried): void {
  try {
    sessionStorage.setItem(keyOf(id), JSON.stringify(tried));
  } catch {
    // Too large to keep: it is gone after a reload, and can be tried again.
  }
}

/** A line of JSON for each thing that happened. */
async function* readLines(response: Response): AsyncGenerator<Line> {
  if (!response.body) return;
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
