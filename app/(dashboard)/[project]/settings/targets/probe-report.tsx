"use client";

import { useTranslations } from "next-intl";
import { Bytes } from "@/components/figures";
import { Mark } from "@/components/mark";
import { Note } from "@/components/states";
import type { ProbeResult } from "@/lib/operations/target/probe";

/**
 * What trying the connection found: why it failed, or what kind of place it is. On this machine (`local`) nobody
 * listens in, so a plain connection is no warning. `blocked`: something else keeps the target from being used.
 */
export function ProbeReport({
  result,
  local,
  blocked = false,
}: {
  result: ProbeResult;
  local: boolean;
  blocked?: boolean;
}) {
  const t = useTranslations("settings.probe");
  if (!result.ok) {
    return (
      <Note meaning="danger">
        <p className="strong">{result.error.message}</p>
        {result.error.hint ? <p className="muted">{result.error.hint}</p> : null}
      </Note>
    );
  }
  const { probe } = result;
  const warnings = [
    probe.pooler && t("pooler"),
    probe.readOnly && t("readOnly"),
    !probe.canCreateLedger && t("noLedger"),
    !probe.tls && !local && t("plain"),
    probe.managedBy !== null && t("managed", { instance: probe.managedBy }),
  ].filter((warning) => warning !== false);
  return (
    <div className="grid gap-3">
      <dl className="facts">
        <div>
          <dt>{t("version")}</dt>
          <dd>PostgreSQL {probe.version}</dd>
        </div>
        <div>
          <dt>{t("latency")}</dt>
          <dd>{t("milliseconds", { value: probe.latencyMs })}</dd>
        </div>
        <div>
          <dt>{t("size")}</dt>
          <dd>
            <Bytes bytes={probe.sizeBytes} />
          </dd>
        </div>
        <div>
          <dt>{t("rights")}</dt>
          <dd>
            {t(probe.superuser ? "superuser" : probe.canCreateDatabase ? "createDatabase" : "ordinary")}
          </dd>
        </div>
      </dl>
      {warnings.length === 0 && !blocked ? (
        <Mark meaning="safe" className="sentence">
          {t("fine")}
        </Mark>
      ) : null}
      {warnings.map((warning) => (
        <Mark key={warning} meaning="warning" className="sentence">
          {warning}
        </Mark>
      ))}
    </div>
  );
}

export function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
