"use client";

import { useTranslations } from "next-intl";
import { Mark, type Meaning } from "@/components/mark";
import { ClockTime, RelativeTime } from "@/components/relative-time";
import type { AuditRow } from "@/lib/operations/audit/list";

const MEANINGS: Record<AuditRow["outcome"], Meaning> = {
  ok: "safe",
  denied: "warning",
  failed: "danger",
  intent: "neutral",
  in_doubt: "unknown",
};

interface AuditTableProps {
  events: AuditRow[];
  environments: { id: string; name: string }[];
}

/**
 * Who did what to what, when, from where, and how it ended; each event opens to everything that is kept of it. Events
 * go to the browser as data and not as what is drawn of them, which is several times as much.
 */
export function AuditTable({ events, environments }: AuditTableProps) {
  const t = useTranslations("audit");
  const names = new Map(environments.map(({ id, name }) => [id, name]));
  return (
    <div className="panel">
      <table className="tbl list audit">
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr>
            <th scope="col" className="num">
              {t("seq")}
            </th>
            <th scope="col">{t("when")}</th>
            <th scope="col">{t("who")}</th>
            <th scope="col">{t("what")}</th>
            <th scope="col">{t("outcome")}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.seq}>
              <td className="num">{event.seq}</td>
              <td>
                <RelativeTime at={event.at} />
              </td>
              <td>
                <span className="break-all">{event.actor.label}</span>
                <span className="second">
                  {t(`actorKind.${event.actor.kind as "user"}`)}
                  {event.ip ? ` · ${event.ip}` : ""}
                </span>
              </td>
              <td>
                <details>
                  <summary>
                    <code>{event.operation}</code>{" "}
                    <span className="break-all">{event.resource.label || event.resource.type}</span>
                    {event.environmentId && names.has(event.environmentId) ? (
                      <span className="muted"> · {names.get(event.environmentId)}</span>
                    ) : null}
                  </summary>
                  <dl className="kv">
                    <dt>{t("exact")}</dt>
                    <dd>
                      <ClockTime at={event.at} seconds /> <code>{event.at}</code>
                    </dd>
                    <dt>{t("resource")}</dt>
                    <dd>
                      {event.resource.type} <code>{event.resource.id ?? "–"}</code>
                    </dd>
                    {event.runId ? (
                      <>
                        <dt>{t("run")}</dt>
                        <dd>
                          <code>{event.runId}</code>
                        </dd>
                      </>
                    ) : null}
                    {event.userAgent ? (
                      <>
                        <dt>{t("browser")}</dt>
                        <dd>{event.userAgent}</dd>
                      </>
                    ) : null}
                    <dt>{t("hash")}</dt>
                    <dd>
                      <code>{event.hash}</code>
                    </dd>
                  </dl>
                  {Object.keys(event.details).length > 0 ? (
                    <pre className="audit-details">{JSON.stringify(event.details, null, 2)}</pre>
                  ) : null}
                </details>
              </td>
              <td>
                <Mark meaning={MEANINGS[event.outcome]}>{t(`outcomes.${event.outcome}`)}</Mark>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
