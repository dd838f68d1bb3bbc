import Link from "next/link";
import { useTranslations } from "next-intl";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { ClockTime } from "@/components/relative-time";
import type { ActivityEntry } from "@/lib/operations/overview/views";
import { deploymentHref } from "./links";

/** What people and the schedule did last. `all`: where the whole story is, for those who may read it. */
export function Activity({
  slug,
  entries,
  all,
}: {
  slug: string;
  entries: ActivityEntry[];
  all: string | null;
}) {
  const t = useTranslations("overview");
  return (
    <Section
      title={t("activity.title")}
      right={
        all ? (
          <Link className="link" href={all}>
            {t("activity.all")}
          </Link>
        ) : null
      }
    >
      {entries.length === 0 ? (
        <div className="panel">
          <p className="empty muted">{t("activity.none")}</p>
        </div>
      ) : (
        <ul className="panel feed">
          {entries.map((entry) => (
            <li key={entry.id}>
              <ClockTime at={entry.at} brief />
              <span className="say">
                <Sentence slug={slug} entry={entry} />
              </span>
              <Outcome entry={entry} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Sentence({ slug, entry }: { slug: string; entry: ActivityEntry }) {
  const t = useTranslations("overview");
  const key = `activity.did.${entry.operation}`;
  // The trail names a database in one language for all readers.
  const placeOf = ({ resource, service, environment }: ActivityEntry) =>
    (resource.type === "target" || resource.type === "restore") && service && environment
      ? t("charts.on", { service, environment: environment.name })
      : null;
  const values = {
    actor: entry.actor,
    number: entry.number ?? 0,
    service: entry.service ?? "",
    environment: entry.environment?.name ?? "",
    label: placeOf(entry) ?? entry.resource.label,
    b: (text: React.ReactNode) => <b>{text}</b>,
    a: (text: React.ReactNode) =>
      entry.number === null ? (
        text
      ) : (
        <Link className="hover:underline" href={deploymentHref(slug, entry.number)}>
          {text}
        </Link>
      ),
  };
  // Operations without a sentence of their own, or whose deployment is not known, are said by what they act on.
  const isNumbered = entry.number !== null || !entry.operation.startsWith("deployment.");
  return isNumbered && t.has(key)
    ? t.rich(key, values)
    : t.rich("activity.did.other", { ...values, operation: entry.operation });
}

function Outcome({ entry }: { entry: ActivityEntry }) {
  const t = useTranslations("overview");
  const meaning = { ok: "safe", denied: "warning", failed: "danger", intent: "neutral" } as const;
  return <Mark meaning={meaning[entry.outcome]}>{t(`activity.outcome.${entry.outcome}`)}</Mark>;
}
