"use client";

import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { useAnswerStream } from "@/components/use-answer-stream";

export type ReadPhase = "connect" | "read" | "sizes" | "store";

/** Reads a schema anew with its progress, and draws the page again with what was read. */
export function useRead(project: string, targetId: string, lost: string) {
  const router = useRouter();
  const { progress, failure, start, cancel } = useAnswerStream<{ phase: ReadPhase }, object>(
    `/${project}/schema/read`,
    lost,
  );
  const read = useCallback(async () => {
    if (await start({ targetId }, { phase: "connect" })) router.refresh();
  }, [start, targetId, router]);
  return { phase: progress?.phase ?? null, failure, start: read, cancel };
}
