"use client";

import { useCallback, useState } from "react";
import { useAnswerStream } from "@/components/use-answer-stream";
import type { ComparisonOptions, ComparisonView, SideInput } from "@/lib/operations/comparison/views";

export interface ComparisonRequest {
  source: SideInput;
  target: SideInput;
  options: ComparisonOptions;
  /** Ids of the ticked lines; without it all. */
  changes?: string[];
}

/** Runs comparisons one at a time, and stops the one that runs. */
export function useComparison(project: string, lost: string) {
  const [view, setView] = useState<ComparisonView | null>(null);
  const { progress, failure, start, cancel } = useAnswerStream<{ text?: string }, ComparisonView>(
    `/${project}/compare/run`,
    lost,
  );
  const run = useCallback(
    async (request: ComparisonRequest): Promise<ComparisonView | null> => {
      const result = await start(request, {});
      if (result) setView(result);
      return result;
    },
    [start],
  );
  return { view, progress: progress && (progress.text ?? ""), failure, run, cancel };
}
