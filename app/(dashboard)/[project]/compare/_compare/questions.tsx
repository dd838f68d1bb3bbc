"use client";

import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import type { ComparisonOptions, RenameView } from "@/lib/operations/comparison/views";

interface QuestionsProps {
  asked: RenameView[];
  options: ComparisonOptions;
  busy: boolean;
  onAnswer: (options: ComparisonOptions) => void;
}

/** Renamed, or gone and another one new? Data hangs on the answer, so it is never guessed. */
export function Questions({ asked, options, busy, onAnswer }: QuestionsProps) {
  const t = useTranslations("compare");
  const kinds = useTranslations("deployments.schema.kinds");
  return (
    <section className="panel cmp-questions" aria-label={t("questions")}>
      <h3>
        <span className="m unknown">
          <Icon name="unknown" />
        </span>
        {t("questions")}
      </h3>
      <ul>
        {asked.map((one) => (
          <li key={`${one.question} ${one.to}`}>
            <p>
              {t.rich("wasRenamed", {
                kind: kinds.has(one.kind as "table") ? kinds(one.kind as "table") : one.kind,
                from: () => <code key="from">{one.from}</code>,
                to: () => <code key="to">{one.to}</code>,
              })}
              {one.why ? <span className="second">{one.why}</span> : null}
            </p>
            <Button
              size="small"
              disabled={busy}
              onClick={() =>
                onAnswer({
                  ...options,
                  renames: [...options.renames, { kind: one.kind, from: one.from, to: one.to }],
                })
              }
            >
              {t("renamed")}
            </Button>
            <Button
              size="small"
              disabled={busy}
              onClick={() =>
                onAnswer({ ...options, notRenamed: [...options.notRenamed, one.question ?? ""] })
              }
            >
              {t("notRenamed")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
