"use client";

import { useFormatter, useTranslations } from "next-intl";
import { type ReactNode, useMemo } from "react";
import { cn } from "@/components/class-names";
import { Duration } from "@/components/figures";
import { Icon } from "@/components/icon";
import { Kbd } from "@/components/kbd";
import { Mark } from "@/components/mark";
import { useOwnWords } from "@/components/own-words";
import { useShortList } from "@/components/short-list";
import { Button } from "@/components/ui/button";
import type { StreamFailure } from "@/components/use-answer-stream";
import { describeSchemaChange } from "@/lib/core/schema/dump-change";
import type { EnvironmentState } from "@/lib/operations/migration/views";
import { useFindingText } from "../../_components/finding-text";
import { linesOfFacts, linesOfTry, type StatementLine, sumUp } from "./consequences";
import { EnvironmentChoice } from "./environment-choice";
import type { Remark } from "./findings";
import type { Checked } from "./use-lint";
import type { Tried, TryProgress } from "./use-try";

interface ConsequencePanelProps {
  filename: string;
  checked: Checked | null;
  /** The check could not be renewed. */
  stale: boolean;
  remarks: Remark[];
  active: Remark | null;
  onRemark: (remark: Remark) => void;
  places: EnvironmentState[];
  place: EnvironmentState | null;
  onPlace: (targetId: string) => void;
  /** A try of exactly this text there. */
  tried: Tried | null;
  progress: TryProgress | null;
  failure: StreamFailure | null;
  onCancel: () => void;
  down: string | null;
}

/** What the script would do, as far as it is known: by its form, and after a try by what was seen. */
export function ConsequencePanel(props: ConsequencePanelProps) {
  const t = useTranslations("editor");
  const { checked, tried, filename } = props;
  const lines = useMemo(() => {
    if (tried) return linesOfTry(tried.result.dryRun.statements, filename);
    return checked ? linesOfFacts(checked.result) : [];
  }, [checked, tried, filename]);
  return (
    <section className="ed-right" aria-label={t("panel")}>
      <div className="cons-head">
        {t("ifItRan")} <EnvironmentChoice places={props.places} place={props.place} onPlace={props.onPlace} />
        <Freshness checked={checked} stale={props.stale} tried={tried} />
      </div>
      {props.progress ? <Progress progress={props.progress} onCancel={props.onCancel} /> : null}
      {props.failure && !props.progress ? <Failed failure={props.failure} /> : null}
      {checked ? <Sentence checked={checked} lines={lines} tried={tried} /> : null}
      <Findings {...props} />
      <Locks lines={lines} tried={tried !== null} transaction={checked?.result.transaction ?? "one"} />
      {tried ? <SchemaChanges tried={tried} /> : null}
      <Rollback tried={tried} down={props.down} />
    </section>
  );
}

function Part({
  title,
  n,
  right,
  children,
}: {
  title: string;
  n?: number;
  right?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="cons">
      <h2>
        {title}
        {n ? <span className="n">{n}</span> : null}
        {right ? <span className="right">{right}</span> : null}
      </h2>
      {children}
    </section>
  );
}

function Freshness({
  checked,
  stale,
  tried,
}: {
  checked: Checked | null;
  stale: boolean;
  tried: Tried | null;
}) {
  const t = useTranslations("editor");
  const format = useFormatter();
  const at = tried ? Date.parse(tried.result.at) : checked?.at;
  if (at === undefined) return null;
  const time = format.dateTime(at, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  return (
    <span className="live">
      <Icon name={stale ? "warning" : "safe"} small />
      {stale ? t("stale", { time }) : tried ? t("triedAt", { time }) : t("checkedAt", { time })}
    </span>
  );
}

function Progress({ progress, onCancel }: { progress: TryProgress; onCancel: () => void }) {
  const t = useTranslations("editor");
  return (
    <section className="cons try-progress" aria-live="polite">
      <span className="spinner" aria-hidden="true" />
      <span>
        {t(`phase.${progress.phase}`, {
          migration: progress.migration ?? "",
          position: progress.position ?? 0,
          of: progress.of ?? 0,
        })}
      </span>
      <Button size="small" onClick={onCancel}>
        {t("cancelTry")} <Kbd>Esc</Kbd>
      </Button>
    </section>
  );
}

function Failed({ failure }: { failure: StreamFailure }) {
  const t = useTranslations("editor");
  return (
    <section className="cons" role="alert">
      <Mark meaning="danger">{t("tryFailed")}</Mark>
      <p>{failure.message}</p>
      {failure.hint ? <p className="muted">{failure.hint}</p> : null}
    </section>
  );
}

function Sentence({
  checked,
  lines,
  tried,
}: {
  checked: Checked;
  lines: StatementLine[];
  tried: Tried | null;
}) {
  const t = useTranslations("editor");
  const shortList = useShortList();
  const list = (names: string[]) => shortList(names, 4);
  const { problems, statements, destroys } = checked.result;
  if (statements === 0 && problems.length === 0) return <p className="cons muted">{t("says.nothing")}</p>;
  if (problems.length > 0) return <p className="cons big">{t("says.refused")}</p>;
  const sum = sumUp(lines);
  const error = tried?.result.failure;
  return (
    <section className="cons">
      {error ? (
        <p className="big">
          <Mark meaning="danger">{t("says.fails")}</Mark> {t("says.postgres", { message: error.message })}
          {error.line ? <span className="second">{t("line", { line: error.line })}</span> : null}
        </p>
      ) : (
        <p className="big">
          {sum.all.length > 0 ? t.rich("says.blocksAll", { relations: list(sum.all), b: bold }) : null}{" "}
          {sum.writes.length > 0
            ? t.rich("says.blocksWrites", { relations: list(sum.writes), b: bold })
            : null}{" "}
          {sum.all.length + sum.writes.length === 0 ? t("says.blocksNothing") : null}{" "}
          {sum.rewrites.length > 0
            ? t.rich("says.rewrites", { relations: list(sum.rewrites), b: bold })
            : null}{" "}
          {destroys.length > 0
            ? t.rich("says.loses", { names: list(destroys), b: bold })
            : t("says.losesNothing")}
        </p>
      )}
    </section>
  );
}

function bold(chunks: ReactNode) {
  return <b>{chunks}</b>;
}

function Findings({ checked, remarks, active, onRemark }: ConsequencePanelProps) {
  const t = useTranslations("editor");
  const textOf = useFindingText();
  const say = useOwnWords();
  return (
    <Part
      title={t("findings")}
      n={remarks.length}
      right={
        remarks.length > 0 ? (
          <>
            <Kbd>F8</Kbd> {t("next")}
          </>
        ) : null
      }
    >
      {checked === null ? <p className="muted">{t("checking")}</p> : null}
      {checked !== null && remarks.length === 0 ? (
        <p className="quiet-safe">
          <Mark meaning="safe">{t("noFindings")}</Mark>
        </p>
      ) : null}
      {remarks.map((remark) => (
        <button
          key={remark.id}
          type="button"
          className={cn(
            "fi",
            remark.meaning,
            remark.id === active?.id && "on",
            remark.finding?.ignored && "ignored",
          )}
          onClick={() => onRemark(remark)}
        >
          <Icon name={remark.meaning} />
          <span>
            <span className="sr-only">{t(`meaning.${remark.meaning}`)}: </span>
            {remark.finding ? textOf(remark.finding).title : say(remark.problem?.message ?? "")}
          </span>
          <span>{t("line", { line: remark.line })}</span>
        </button>
      ))}
    </Part>
  );
}

/** More statements than a panel can show are told by number. */
const MOST_LINES = 40;

function Locks({
  lines,
  tried,
  transaction,
}: {
  lines: StatementLine[];
  tried: boolean;
  transaction: "one" | "none" | "own";
}) {
  const t = useTranslations("editor");
  if (lines.length === 0) return null;
  return (
    <Part
      title={tried ? t("locksAndTime") : t("locks")}
      right={tried ? t("onEmptyCopy") : t(`until.${transaction}`)}
    >
      {lines.slice(0, MOST_LINES).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: statements are in order
        <div key={index} className="lk">
          <span className="no">{line.line}</span>
          <span>
            {line.error ? (
              <Mark meaning="danger">{line.error}</Mark>
            ) : (
              t(`effect.${line.blocks ?? "nothing"}`, { relations: line.relations.join(", ") })
            )}
            {line.rewrites ? `, ${t("effect.rewrites")}` : null}
            {line.mode ? <span className="second">{line.mode}</span> : null}
          </span>
          <span>{line.durationMs === null ? null : <Duration ms={line.durationMs} />}</span>
        </div>
      ))}
      {lines.length > MOST_LINES ? (
        <p className="muted">{t("moreStatements", { count: lines.length - MOST_LINES })}</p>
      ) : null}
    </Part>
  );
}

function SchemaChanges({ tried }: { tried: Tried }) {
  const t = useTranslations("editor");
  const { schemaBefore, schemaAfter } = tried.result.dryRun;
  const { changes, more } = useMemo(
    () => describeSchemaChange(schemaBefore, schemaAfter),
    [schemaBefore, schemaAfter],
  );
  const objects = new Set(changes.map((change) => change.object));
  const before = tried.result.before.length;
  return (
    <Part
      title={t("schemaChange")}
      right={objects.size === 1 ? [...objects][0] : before > 0 ? t("withPending", { count: before }) : null}
    >
      {changes.length === 0 ? <p className="muted">{t("noSchemaChange")}</p> : null}
      {changes.map((change) => (
        <div
          key={`${change.sign}${change.object}${change.what}`}
          className={cn("ch", { "+": "add", "-": "del", "~": "chg" }[change.sign])}
        >
          <span>{change.sign === "-" ? "−" : change.sign}</span>
          <span>{change.what}</span>
          <span className="muted">{objects.size > 1 ? change.object : null}</span>
        </div>
      ))}
      {more > 0 ? <p className="muted">{t("moreChanges", { count: more })}</p> : null}
    </Part>
  );
}

function Rollback({ tried, down }: { tried: Tried | null; down: string | null }) {
  const t = useTranslations("editor");
  const rollback = tried?.result.dryRun.rollback;
  const missing = down === null || down.trim() === "";
  if (missing) {
    return (
      <Part title={t("rollback")}>
        <p>
          <Mark meaning="warning">{t("rollbackSays.no_down")}</Mark> {t("rollbackSays.no_downText")}
        </p>
      </Part>
    );
  }
  if (!rollback) {
    return (
      <Part title={t("rollback")}>
        <p>
          <Mark meaning="warning">{t("rollbackSays.not_tried")}</Mark>{" "}
          {t.rich("rollbackSays.not_triedText", { key: () => <Kbd>Ctrl ↵</Kbd> })}
        </p>
      </Part>
    );
  }
  return (
    <Part title={t("rollback")}>
      <p>
        <Mark meaning={rollback.proven ? "safe" : "danger"}>{t(`rollbackSays.${rollback.reason}`)}</Mark>{" "}
        {rollback.failure?.message}
        {tried && tried.result.before.length > 0 ? (
          <span className="muted"> {t("withPending", { count: tried.result.before.length })}</span>
        ) : null}
      </p>
      {rollback.difference ? <pre className="diff rollback-diff">{rollback.difference}</pre> : null}
    </Part>
  );
}
