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
  return (
    <section className="panel cmp-questions" aria-label={t("questions")}>
      <h3>
        <span className="m unknown">
          <Icon name="unknown" />
        </span>
        {t("questions")}
      </h3>
      <ul>
        {[...byQuestion(asked)].map(([question, candidates]) => (
          <li key={question}>
            <p>
              <Asked candidates={candidates} />
            </p>
            {candidates.map((one) => (
              <Button
                key={one.to}
                size="small"
                disabled={busy}
                onClick={() =>
                  onAnswer({
                    ...options,
                    renames: [...options.renames, { kind: one.kind, from: one.from, to: one.to }],
                  })
                }
              >
                {candidates.length === 1 ? t("renamed") : <code>{ownName(one)}</code>}
              </Button>
            ))}
            <Button
              size="small"
              disabled={busy}
              onClick={() => onAnswer({ ...options, notRenamed: [...options.notRenamed, question] })}
            >
              {t("notRenamed")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What went, what may have taken its place, and what speaks for the likeliest. */
function Asked({ candidates }: { candidates: RenameView[] }) {
  const t = useTranslations("compare");
  const kinds = useTranslations("deployments.schema.kinds");
  const [first] = candidates;
  if (!first) return null;
  const { kind, from, to, whyCode, type, similarity } = first;
  return (
    <>
      {t.rich(candidates.length === 1 ? "wasRenamed" : "whichOne", {
        kind: kinds.has(kind as "table") ? kinds(kind as "table") : kind,
        from: () => <code key="from">{from}</code>,
        to: () => <code key="to">{to}</code>,
      })}
      {whyCode ? (
        <span className="second">
          {t(`whyRenamed.${whyCode}`, { type: type ?? "", share: similarity ?? 0 })}
        </span>
      ) : null}
    </>
  );
}

function byQuestion(asked: RenameView[]): Map<string, RenameView[]> {
  const groups = new Map<string, RenameView[]>();
  for (const one of asked) {
    const question = one.question ?? "";
    groups.set(question, [...(groups.get(question) ?? []), one]);
  }
  return groups;
}

/** Without the schema, or the table, where both are of the same. */
function ownName({ from, to }: RenameView): string {
  const whole = /^(?:(?:"(?:[^"]|"")*"|[^".]+)\.)*/.exec(from)?.[0] ?? "";
  return to.startsWith(whole) ? to.slice(whole.length) : to;
}
