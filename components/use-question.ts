"use client";

import { useCallback, useEffect, useState } from "react";
import type { ActionResult } from "@/lib/transport/action";
import { useAnswer } from "./use-answer";

/**
 * Asks the server a moment after the question last changed: for what is told while somebody types. An answer to an
 * older question is dropped; one that got lost is a refusal.
 * @param ask a server action
 * @param question compared by its JSON; null: there is nothing to ask, and no answer
 * @param pause milliseconds
 * @returns `answer`: the last one, which belongs to an older question while `asking`
 */
export function useQuestion<Question, Answer>(
  ask: (question: Question) => Promise<ActionResult<Answer>>,
  question: Question | null,
  pause = 250,
) {
  const [answer, setAnswer] = useState<ActionResult<Answer> | null>(null);
  const [asking, setAsking] = useState(question !== null);
  const [attempt, setAttempt] = useState(0);
  const settled = useAnswer();
  const asked = question && JSON.stringify(question);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` only asks again
  useEffect(() => {
    setAsking(asked !== null);
    if (asked === null) {
      setAnswer(null);
      return;
    }
    let current = true;
    const timer = setTimeout(async () => {
      const told = await settled(ask(JSON.parse(asked)));
      if (!current) return;
      setAnswer(told);
      setAsking(false);
    }, pause);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [ask, asked, attempt, pause, settled]);

  const again = useCallback(() => setAttempt((before) => before + 1), []);
  return { answer, asking, again };
}
