import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { KeptFailure } from "@/lib/errors";
import { hintKey } from "@/lib/transport/text-key";
import { useOwnWords } from "./own-words";

interface Failure {
  /** None: PostgreSQL's words. */
  code?: string;
  message: string;
  hint?: string | null;
  details?: Record<string, string | number>;
  /** Of a run: that the words are ours. */
  own?: KeptFailure;
}

/** A failure that was kept as data, in the reader's language: `errors.<code>`, else its own English. */
export function useFailureText() {
  const t = useTranslations("errors");
  const own = useOwnWords();
  return useCallback(
    (failure: Failure) => {
      const { code, message, hint, details } = failure.own ?? failure;
      if (code === undefined) return { message, hint: hint ?? null };
      const values = Object.fromEntries(
        Object.entries(details ?? {}).map(([name, value]) => [
          name,
          typeof value === "string" ? own(value) : value,
        ]),
      );
      const say = (key: string, fallback: string): string => {
        // Failures from before their values were kept would be told with holes.
        if (!details || !t.has(key as never)) return own(fallback);
        // What an older program kept may lack a value: next-intl then says the key.
        const text: string = t(key as never, values as never);
        return text === `errors.${key}` ? own(fallback) : text;
      };
      const { because } = values;
      if (because !== undefined) values.message = say(String(because), String(values.message));
      const has = (key: string) => t.has(key as never);
      return { message: say(code, message), hint: hint ? say(hintKey(code, because, has), hint) : null };
    },
    [t, own],
  );
}
