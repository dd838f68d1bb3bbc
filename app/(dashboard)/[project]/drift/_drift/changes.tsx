"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ChangeMark } from "@/components/comparison/change-mark";
import { ChangeText } from "@/components/comparison/change-text";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Section } from "@/components/page";
import { ScrollBox } from "@/components/scroll-box";
import { SqlText } from "@/components/sql-text";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import type { ChangeView } from "@/lib/operations/comparison/views";
import type { DriftView } from "@/lib/operations/drift/views";
import { revertAction } from "../actions";
import { AdoptDialog } from "./adopt-dialog";
import { IgnoreDialog } from "./ignore-dialog";

/** More are read on the compare page, which draws only what is in sight. */
const MOST = 300;
const LONGEST = 400;

/** What differs; and of the ticked ones, or of all: adopt, take back, leave out. */
export function Changes({ view }: { view: DriftView }) {
  const t = useTranslations("drift");
  const [ticks, setTicks] = useState<string[]>([]);
  const [asking, setAsking] = useState<"adopt" | "ignore" | null>(null);
  if (view.changes.length === 0) return null;
  const { adopt, revert, ignore } = view.actions;
  const mayTick = adopt.allowed || revert.allowed || ignore.allowed;
  const chosen = ticks.length > 0 ? closureOf(view.changes, ticks) : undefined;
  const count = chosen?.length ?? view.changes.length;
  const close = () => setAsking(null);
  return (
    <Section title={t("differences")} note={t("differencesNote", { environment: view.environment.name })}>
      {mayTick ? (
        <div className="drift-acts">
          <span className="muted" aria-live="polite">
            {ticks.length === 0
              ? t("noneTicked")
              : t("someTicked", { count: ticks.length, along: count - ticks.length })}
          </span>
          {ignore.allowed ? (
            <Button disabled={ticks.length === 0} onClick={() => setAsking("ignore")}>
              {t("ignore", { count: ticks.length })}
            </Button>
          ) : null}
          {revert.allowed ? <RevertButton view={view} changes={chosen} count={count} /> : null}
          {adopt.allowed ? (
            <Button variant="go" onClick={() => setAsking("adopt")}>
              {t("adopt", { count })}
            </Button>
          ) : null}
        </div>
      ) : null}
      <ChangesTable
        changes={view.changes}
        ticks={mayTick ? ticks : null}
        onTick={(id, on) => setTicks(on ? [...ticks, id] : ticks.filter((one) => one !== id))}
      />
      {asking === "adopt" ? <AdoptDialog view={view} changes={chosen} count={count} onClose={close} /> : null}
      {asking === "ignore" ? (
        <IgnoreDialog
          targetId={view.targetId}
          environment={view.environment.name}
          patterns={ticks}
          onClose={close}
          onDone={() => setTicks([])}
        />
      ) : null}
    </Section>
  );
}

/** With what they need: the SQL of one alone might not run. */
function closureOf(changes: readonly ChangeView[], ids: readonly string[]): string[] {
  const needed = changes.filter((one) => ids.includes(one.id)).flatMap((one) => one.needs);
  return [...new Set([...ids, ...needed])];
}

interface RevertProps {
  view: DriftView;
  changes: string[] | undefined;
  count: number;
}

/** A deployment that takes them back; it is checked and approved like any other, so it asks for no name. */
function RevertButton({ view, changes, count }: RevertProps) {
  const t = useTranslations("drift");
  const [open, setOpen] = useState(false);
  return (
    <ConfirmByName
      open={open}
      onOpenChange={setOpen}
      trigger={<Button>{t("revert", { count })}</Button>}
      title={t("revertTitle", { count, environment: view.environment.name })}
      text={t("revertText")}
      reason="optional"
      variant="go"
      confirm={t("revertNow")}
      action={({ reason }) =>
        revertAction({
          targetId: view.targetId,
          ...(changes ? { changes } : {}),
          ...(reason ? { reason } : {}),
        })
      }
      done={t("reverted")}
      onDone={(made: { number: number }) =>
        window.location.assign(`/${view.project.slug}/deployments/${made.number}`)
      }
    />
  );
}

interface TableProps {
  changes: readonly ChangeView[];
  /** null: nobody may do anything with them. */
  ticks: readonly string[] | null;
  onTick: (id: string, on: boolean) => void;
}

function ChangesTable({ changes, ticks, onTick }: TableProps) {
  const t = useTranslations("drift");
  return (
    <ScrollBox className="panel scroll-x" label={t("differences")}>
      <table className="tbl drift-table">
        <caption className="sr-only">{t("differences")}</caption>
        <thead>
          <tr>
            {ticks ? (
              <th scope="col" className="tick">
                <span className="sr-only">{t("columns.tick")}</span>
              </th>
            ) : null}
            <th scope="col" className="what">
              {t("columns.difference")}
            </th>
            <th scope="col">{t("columns.expected")}</th>
            <th scope="col">{t("columns.found")}</th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, MOST).map((change) => (
            <tr key={change.id}>
              {ticks ? (
                <td className="tick">
                  <Checkbox
                    aria-label={t("tickOne", { name: change.name })}
                    checked={ticks.includes(change.id)}
                    onChange={(event) => onTick(change.id, event.target.checked)}
                  />
                </td>
              ) : null}
              <td>
                <ChangeMark change={change.change} /> <ChangeText change={{ ...change, relation: null }} />
              </td>
              <Side text={change.before} className="was" />
              <Side text={change.after} className="is" />
            </tr>
          ))}
        </tbody>
      </table>
      {changes.length > MOST ? (
        <p className="p-3 muted">{t("more", { count: changes.length - MOST })}</p>
      ) : null}
    </ScrollBox>
  );
}

function Side({ text, className }: { text: string | null; className: string }) {
  if (!text) return <td />;
  return (
    <td className={className}>
      <SqlText block sql={text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text} />
    </td>
  );
}
