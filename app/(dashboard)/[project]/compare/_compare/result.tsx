"use client";

import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { Mark } from "@/components/mark";
import { EmptyState, Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import type { ChangeView, ComparisonOptions, ComparisonView } from "@/lib/operations/comparison/views";
import { ChangeList } from "./change-list";
import { Definition } from "./definition";
import { PlanSql } from "./plan-sql";
import { Questions } from "./questions";
import { SaveDialog } from "./save-dialog";
import { tick } from "./ticks";

interface ResultProps {
  project: string;
  view: ComparisonView;
  /** Another comparison is at work. */
  busy: boolean;
  options: ComparisonOptions;
  services: string[];
  mayWrite: boolean;
  onCompare: (options: ComparisonOptions, changes?: string[]) => Promise<ComparisonView | null>;
}

const TABS = ["definition", "up", "down"] as const;
type Tab = (typeof TABS)[number];

/** What differs, line by line; and the SQL of what is ticked. */
export function Result({ project, view, busy, options, services, mayWrite, onCompare }: ResultProps) {
  const t = useTranslations("compare");
  const all = useMemo(() => new Set(view.changes.map((one) => one.id)), [view.changes]);
  const [ticks, setTicks] = useState<ReadonlySet<string>>(all);
  /** The ticks that the SQL at hand was written for. */
  const [written, setWritten] = useState<ReadonlySet<string>>(all);
  const [dragged, setDragged] = useState<{ on: boolean; lines: ChangeView[] }>({ on: true, lines: [] });
  const [active, setActive] = useState<string | null>(view.changes[0]?.id ?? null);
  const [tab, setTab] = useState<Tab>("definition");
  const [saving, setSaving] = useState(false);
  const fresh = sameSet(ticks, written);
  const asked = view.renames.filter((one) => !one.chosen && one.question !== null);

  function change(ids: string[], on: boolean) {
    const next = tick(view.changes, ticks, ids, on);
    setTicks(next.ticks);
    setDragged({ on, lines: view.changes.filter((one) => next.dragged.includes(one.id)) });
  }

  /** The SQL for the ticks as they are now; null when it failed. */
  async function write(): Promise<ComparisonView | null> {
    if (fresh) return view;
    const next = await onCompare(options, [...ticks]);
    if (next) setWritten(ticks);
    return next;
  }

  async function answer(next: ComparisonOptions) {
    const result = await onCompare(next);
    if (!result) return;
    const ids = new Set(result.changes.map((one) => one.id));
    setTicks(ids);
    setWritten(ids);
    setActive(result.changes[0]?.id ?? null);
  }

  if (view.changes.length === 0) {
    return (
      <div className="page">
        <EmptyState
          title={t("equal")}
          text={t("equalText", { source: view.source.label, target: view.target.label })}
        />
        <Remarks view={view} />
      </div>
    );
  }
  const shown = view.changes.find((one) => one.id === active);
  return (
    <div className="cmp-result" aria-busy={busy}>
      <section className="cmp-left" aria-label={t("differences")}>
        <ChangeList
          view={view}
          ticks={ticks}
          active={active}
          onTick={change}
          onActive={(id) => {
            setActive(id);
            setTab("definition");
          }}
          mayTick={mayWrite}
        />
      </section>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className="cmp-right" tabIndex={0} role="region" aria-label={t("detail")}>
        <Remarks view={view} />
        {asked.length > 0 ? (
          <Questions asked={asked} options={options} busy={busy} onAnswer={(next) => void answer(next)} />
        ) : null}
        <p className="cmp-dragged" aria-live="polite">
          {dragged.lines.length > 0 ? (
            <Mark meaning="notice">
              {t(dragged.on ? "broughtAlong" : "wentAlong", {
                count: dragged.lines.length,
                names: dragged.lines
                  .slice(0, 4)
                  .map((one) => one.name)
                  .join(", "),
              })}
            </Mark>
          ) : null}
        </p>
        <div className="cmp-tabs">
          <div role="tablist" aria-label={t("detail")}>
            {TABS.map((one) => (
              <button
                key={one}
                type="button"
                role="tab"
                id={`cmp-tab-${one}`}
                tabIndex={tab === one ? 0 : -1}
                aria-selected={tab === one}
                aria-controls="cmp-panel"
                onClick={() => setTab(one)}
                onKeyDown={(event) => {
                  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
                  if (step === 0) return;
                  const next = TABS[(TABS.indexOf(one) + step + TABS.length) % TABS.length] ?? "definition";
                  setTab(next);
                  document.getElementById(`cmp-tab-${next}`)?.focus();
                }}
              >
                {t(`tabs.${one}`)}
              </button>
            ))}
          </div>
          <span className="gap" />
          {mayWrite ? (
            <>
              <span className="muted">{t("ticked", { count: ticks.size, all: all.size })}</span>
              <Button variant="go" disabled={ticks.size === 0 || busy} onClick={() => setSaving(true)}>
                {t("save")}
              </Button>
            </>
          ) : null}
        </div>
        <div id="cmp-panel" role="tabpanel" aria-labelledby={`cmp-tab-${tab}`}>
          {tab === "definition" ? (
            shown ? (
              <Definition change={shown} view={view} />
            ) : null
          ) : (
            <PlanSql
              plan={view.plan}
              way={tab}
              fresh={fresh}
              busy={busy}
              count={ticks.size}
              onWrite={() => void write()}
            />
          )}
        </div>
      </div>
      {saving ? (
        <SaveDialog
          project={project}
          services={services}
          view={view}
          count={ticks.size}
          write={write}
          onClose={() => setSaving(false)}
        />
      ) : null}
    </div>
  );
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one));
}

/** What the comparison could not see. */
function Remarks({ view }: { view: ComparisonView }) {
  const t = useTranslations("compare");
  return (
    <>
      {view.blindSpots.length > 0 ? (
        <Note meaning="warning">
          <details>
            <summary>{t("blind", { count: view.blindSpots.length })}</summary>
            <ul className="cmp-notes">
              {view.blindSpots.map((one) => (
                <li key={`${one.side} ${one.what} ${one.name}`}>
                  {view[one.side].label}: {one.what} <code>{one.name}</code>
                </li>
              ))}
            </ul>
          </details>
        </Note>
      ) : null}
      {view.notes.length > 0 ? (
        <Note>
          <ul className="cmp-notes">
            {view.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Note>
      ) : null}
    </>
  );
}
