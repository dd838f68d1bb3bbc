import Link from "next/link";
import { useTranslations } from "next-intl";
import { RelativeTime } from "@/components/relative-time";
import type { DriftView } from "@/lib/operations/drift/views";
import { DriftMark } from "./state-mark";

/** The looks before this one. */
export function History({
  view,
  project,
  shown,
}: {
  view: DriftView;
  project: string;
  shown: string | null;
}) {
  const t = useTranslations("drift");
  if (view.history.length === 0) return <p className="panel p-4 muted">{t("noHistory")}</p>;
  return (
    <ul className="panel drift-history">
      {view.history.map((entry) => (
        <li key={entry.reportId}>
          <Link
            href={`/${project}/drift/${view.targetId}?report=${entry.reportId}`}
            aria-current={entry.reportId === shown ? "true" : undefined}
          >
            <DriftMark state={entry.state} />
            <span className="muted">{t(`trigger.${entry.trigger}`)}</span>
            <span className="muted">{entry.changes > 0 ? t("entry", { count: entry.changes }) : ""}</span>
            <span className="when">
              <RelativeTime at={entry.at} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
