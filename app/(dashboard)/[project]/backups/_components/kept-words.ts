import { useTranslations } from "next-intl";
import { useFailureText } from "@/components/failure-text";
import type { VerifyFinding } from "@/lib/core/backup/types";
import type { UseNote } from "@/lib/operations/backup/views";

/** What a restore noted and a verification found, in the reader's language; kept from before, in its own English. */
export function useKeptWords() {
  const t = useTranslations("backups.use");
  const failure = useFailureText();
  const say = (key: string, values: Record<string, string | number>, message: string) =>
    t.has(key as never) ? t(key as never, values as never) : message;
  return {
    note: ({ code, params, message }: UseNote) => (params ? say(`note.${code}`, params, message) : message),
    finding: (one: VerifyFinding) => {
      if (one.failure) return failure(one.failure).message;
      if (one.problem === "wrong_size" && !one.details) return one.message;
      return say(`finding.${one.problem}`, { file: one.file, ...numbersAsText(one.details) }, one.message);
    },
  };
}

/** Bytes of a file, to be compared digit by digit. */
const numbersAsText = (values: Record<string, string | number> = {}) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
