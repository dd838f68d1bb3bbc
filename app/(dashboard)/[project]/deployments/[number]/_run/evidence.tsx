"use client";

import { useTranslations } from "next-intl";
import { Mark } from "@/components/mark";
import { ClockTime } from "@/components/relative-time";
import type { EvidenceView } from "@/lib/operations/deployment/views";

/** Why nobody knows how the run ended, and what the target's ledger says. */
export function Evidence({ evidence }: { evidence: EvidenceView }) {
  const t = useTranslations("deployments");
  const say = (code: string, params: Record<string, string | number>) =>
    t.has(`evidence.${code}`) ? t(`evidence.${code}`, params) : code;
  return (
    <section className="wait doubt" aria-label={t("evidence.title")}>
      <div className="wait-head">
        <Mark meaning="unknown" />
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
