"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmByName } from "@/components/confirm-by-name";
import { DataTable } from "@/components/data-table";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import type { BaselineEvidence, BaselineView } from "@/lib/operations/drift/views";
import { stampAction } from "./actions";

interface EvidenceProps {
  view: BaselineView;
  targetId: string;
  database: string;
  mayRecord: boolean;
  onRecorded: (count: number) => void;
}

/** Every migration with what speaks for it; the ticked ones are recorded as applied, and nothing of them runs. */
export function Evidence({ view, targetId, database, mayRecord, onRecorded }: EvidenceProps) {
  const t = useTranslations("baseline");
  const [ticked, setTicked] = useState<ReadonlySet<string>>(
    () => new Set(view.evidence.filter((one) => one.proposed).map((one) => one.filename)),
  );
  const chosen = view.evidence.filter((one) => ticked.has(one.filename)).map((one) => one.filename);
  const tick = (filename: string, on: boolean) => {
    const next = new Set(ticked);
    if (on) next.add(filename);
    else next.delete(filename);
    setTicked(next);
  };
  const isRecorded = (one: BaselineEvidence) => view.recorded.includes(one.filename);
  return (
    <Section
      title={t("migrations")}
      note={t("chosen", { count: chosen.length, of: view.evidence.length })}
      right={
        mayRecord && chosen.length > 0 ? (
          <ConfirmByName
            trigger={<Button variant="go">{t("record", { count: chosen.length })}</Button>}
            title={t("recordTitle", { count: chosen.length, database })}
            text={t("recordText")}
            confirm={t("record", { count: chosen.length })}
            variant="go"
            action={() => stampAction({ targetId, migrations: chosen })}
            onDone={({ recorded }: { recorded: string[] }) => onRecorded(recorded.length)}
          />
        ) : undefined
      }
    >
      {mayRecord ? null : <Note>{t("mayNotRecord")}</Note>}
      <DataTable
        caption={t("migrations")}
        rows={view.evidence}
        rowKey={(one) => `${one.service}/${one.filename}`}
        columns={[
          {
            key: "migration",
            header: t("migration"),
            cell: (one) => {
              const name = <code className="wrap-anywhere">{one.filename}</code>;
              if (isRecorded(one)) return name;
              return (
                <label className="flex items-center gap-3">
                  <Checkbox
                    checked={ticked.has(one.filename)}
                    disabled={!mayRecord}
                    onChange={(event) => tick(one.filename, event.target.checked)}
                  />
                  {name}
                </label>
              );
            },
          },
          { key: "found", header: t("found"), cell: (one) => <Found evidence={one} /> },
          {
            key: "word",
            header: t("word"),
            cell: (one) =>
              isRecorded(one) ? (
                t("ownLedger")
              ) : one.recordedBy ? (
                <>
                  {one.recordedBy}{" "}
                  {one.recordedAt ? (
                    <span className="muted">
                      <RelativeTime at={one.recordedAt} />
                    </span>
                  ) : null}
                </>
              ) : (
                <span className="muted">–</span>
              ),
          },
          {
            key: "differences",
            header: t("differences"),
            num: true,
            wideOnly: true,
            cell: (one) => one.differences ?? "–",
          },
        ]}
      />
    </Section>
  );
}

function Found({ evidence: { present } }: { evidence: BaselineEvidence }) {
  const t = useTranslations("baseline");
  if (present === null) return <span className="muted">{t("present.untold")}</span>;
  return present ? (
    <Mark meaning="safe">{t("present.all")}</Mark>
  ) : (
    <Mark meaning="notice">{t("present.not")}</Mark>
  );
}
