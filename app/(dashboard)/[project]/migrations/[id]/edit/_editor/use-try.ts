"use client";

import { useCallback, useState } from "react";
import { useAnswerStream } from "@/components/use-answer-stream";
import type { TryResult } from "@/lib/operations/migration/views";
import type { Text } from "./use-text";

export interface TryProgress {
  phase: "plan" | "copy" | "read" | "try" | "rollback" | "done";
  migration?: string;
  position?: number;
  of?: number;
}

/** A try and the texts it was made of; it survives a reload for as long as the window is open. */
export interface Tried {
  text: Text;
  targetId: string;
  result: TryResult;
}

const keyOf = (id: string) => `dbmigrator.try.${id}`;

function readTried(id: string): Tried | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(id)) ?? "null") as Tried | null;
  } catch {
    return null;
  }
}

/** Tries a text on a shadow, with its progress, until it ends or is cancelled. */
export function useTry(project: string, id: string, lost: string) {
  const [tried, setTried] = useState<Tried | null>(() => readTried(id));
  const {
    progress,
    failure,
    start: ask,
    cancel,
  } = useAnswerStream<TryProgress, TryResult>(`/${project}/migrations/${id}/try`, lost);
  const start = useCallback(
    async (targetId: string, text: Text): Promise<Tried | null> => {
      const result = await ask({ targetId, ...text }, { phase: "plan" });
      if (!result) return null;
      const done = { text, targetId, result };
      setTried(done);
      rememberTried(id, done);
      return done;
    },
    [ask, id],
  );
  return { tried, progress, failure, start, cancel };
}

function rememberTried(id: string, tried: Tried): void {
  try {
    sessionStorage.setItem(keyOf(id), JSON.stringify(tried));
  } catch {
    // Too large to keep: it is gone after a reload, and can be tried again.
  }
}
