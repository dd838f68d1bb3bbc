"use client";

import { useTranslations } from "next-intl";
import { cn } from "@/components/class-names";
import { Mark } from "@/components/mark";
import { useOwnWords } from "@/components/own-words";
import { ClockTime } from "@/components/relative-time";
import type { EvidenceView } from "@/lib/operations/deployment/views";

/** Why nobody knew how the run ended, and what the target's ledger, or a person, says. */
export function Evidence({ evidence, open }: { evidence: EvidenceView; open: boolean }) {
  const t = useTranslations("deployments");
  const own = useOwnWords();
  const say = (code: string, params: Record<string, string | number>) => {
    const values = { ...params, evidence: own(String(params.evidence ?? "")) };
    return t.has(`evidence.${code}`) ? t(`evidence.${code}`, values) : code;
  };
  return (
    <section className={cn("wait", open ? "doubt" : "settled")} aria-label={t("evidence.title")}>
      <div className="wait-head">
        {open ? <Mark meaning="unknown" /> : <Mark meaning="neutral">{t("evidence.settled")}</Mark>}
        <p>{say(evidence.code, {})}</p>
        <span className="count">
          <ClockTime at={evidence.at} />
        </span>
      </div>
      {evidence.lines.length > 0 ? (
        <ul className="p-4 grid gap-1">
          {evidence.lines.map((line) => (
            <li key={`${line.code} ${JSON.stringify(line.params)}`}>{say(line.code, line.params)}</li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
