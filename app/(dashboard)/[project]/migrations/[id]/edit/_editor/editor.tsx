"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { toast } from "sonner";
import { useOwnWords } from "@/components/own-words";
import { SqlEditor, type SqlEditorHandle } from "@/components/sql-editor/sql-editor";
import { useNames } from "@/components/sql-editor/use-names";
import { createAction, getAction } from "../../../actions";
import { useFindingText } from "../../_components/finding-text";
import { ConsequencePanel } from "./consequence-panel";
import { ConfirmDialog, ConflictDialog, IgnoreDialog } from "./dialogs";
import { EditorHead } from "./editor-head";
import { EditorTabs } from "./editor-tabs";
import { FindingCard } from "./finding-card";
import { ownName, type Remark, remarkAt, toFix, toMarks, toRemarks } from "./findings";
import type { EditorProps } from "./loader";
import { StatusBar } from "./status-bar";
import { useLint } from "./use-lint";
import { usePresence } from "./use-presence";
import { useText } from "./use-text";
import { useTry } from "./use-try";

type Tab = "up" | "down";

/** The migration editor: the script at the left, what it would do at the right. */
export function Editor({ project, view, mayWrite, mayDeploy, line }: EditorProps) {
  const t = useTranslations("editor");
  const router = useRouter();
  const textOf = useFindingText();
  const say = useOwnWords();
  const text = useText(view, mayWrite);
  const [tab, setTab] = useState<Tab>("up");
  const places = useMemo(() => view.states.filter((one) => one.targetId !== null), [view.states]);
  const [targetId, setTargetId] = useState<string | null>(() => firstPlace(places));
  const place = places.find((one) => one.targetId === targetId) ?? null;
  const names = useNames(project, targetId);
  const up = useLint(view.id, text.text.up, null);
  const down = useLint(view.id, text.text.down, null);
  const { checked, failed } = tab === "up" ? up : down;
  const remarks = useMemo(() => toRemarks(checked), [checked]);
  const marks = useMemo(
    () =>
      toMarks(remarks, (remark) =>
        remark.finding ? textOf(remark.finding).title : say(remark.problem?.message ?? ""),
      ),
    [remarks, textOf, say],
  );
  const [cursor, setCursor] = useState({ line: line ?? 1, column: 1 });
  const active = remarkAt(remarks, cursor.line) ?? null;
  const [cardHost] = useState(() => {
    const host = document.createElement("div");
    host.className = "finding-host";
    return host;
  });
  const card = useMemo(() => (active ? { at: active.to, host: cardHost } : null), [active, cardHost]);
  const editors = { up: useRef<SqlEditorHandle>(null), down: useRef<SqlEditorHandle>(null) };
  const seen = usePresence(view.id, text.base);
  const trial = useTry(project, view.id, t("connectionLost"));
  const [dialog, setDialog] = useState<
    "conflict" | "ignore" | { applied: string[]; confirm: () => void } | null
  >(null);

  const tried =
    trial.tried &&
    trial.tried.targetId === targetId &&
    trial.tried.text.up === text.text.up &&
    trial.tried.text.down === text.text.down
      ? trial.tried
      : null;

  const save = useCallback(
    async (then?: () => void, confirmApplied = false): Promise<void> => {
      if (!mayWrite) return;
      if (!text.dirty) return then?.();
      const answer = await text.save({ confirmApplied });
      if (answer.ok) return then?.();
      if (answer.why === "conflict") setDialog("conflict");
      else if (answer.why === "applied")
        setDialog({ applied: answer.environments, confirm: () => void save(then, true) });
      else toast.error(answer.message || t("notSaved"));
    },
    [mayWrite, text, t],
  );

  const { start, cancel } = trial;
  const running = trial.progress !== null;
  const tryIt = useCallback(() => {
    if (!mayWrite || running) return;
    if (!targetId) toast.error(t("nowhereToTry"));
    else void start(targetId, text.text);
  }, [mayWrite, running, start, targetId, text.text, t]);

  const goTo = (remark: Remark) => editors[tab].current?.goToLine(remark.line);
  const nextRemark = () => {
    const next =
      remarks.find((remark) => remark.line > cursor.line && remark.id !== active?.id) ?? remarks[0];
    if (next) goTo(next);
  };

  async function fix() {
    const finding = active?.finding;
    if (!finding || !checked || !mayWrite || finding.ignored) return;
    const made = toFix(checked, finding);
    // What was checked must be what stands there: a fix for an older text would cut in the wrong place.
    if (!made || checked.script !== text.text[tab]) return;
    if (made.own === null) {
      editors[tab].current?.replace(made.from, made.to, made.insert);
      return;
    }
    const answer = await createAction({
      project,
      service: view.service.name,
      name: ownName(finding, view.name),
      up: made.own,
    });
    if (!answer.ok) {
      toast.error(answer.error.message);
      return;
    }
    editors[tab].current?.replace(made.from, made.to, made.insert);
    toast.success(t("movedOut", { name: answer.data.filename }), {
      action: {
        label: t("open"),
        onClick: () => router.push(`/${project}/migrations/${answer.data.id}/edit`),
      },
    });
  }

  async function showTheirs() {
    const answer = await getAction({ id: view.id }).catch(() => null);
    if (!answer?.ok) {
      toast.error(answer?.error.message ?? t("connectionLost"));
      return;
    }
    const { up, down, revision, updatedAt } = answer.data;
    text.follow({ up, down }, revision, updatedAt);
  }

  function ignore(reason: string) {
    const finding = active?.finding;
    const at = finding && checked?.result.places[finding.statement - 1]?.start;
    if (!finding || at === undefined) return;
    editors[tab].current?.replace(
      at,
      at,
      `-- dbmigrator: ignore=${finding.code} reason="${reason.replaceAll('"', "'")}"\n`,
    );
  }

  const keys = useKeys({ save: () => void save(), tryIt, fix: () => void fix(), next: nextRemark });

  useEffect(() => {
    if (!running) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") cancel();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [running, cancel]);

  const { up: upEditor } = editors;
  useEffect(() => {
    if (line) upEditor.current?.goToLine(line);
    else upEditor.current?.focus();
  }, [line, upEditor]);

  const next = mayDeploy ? places.find((one) => one.state !== "applied") : undefined;
  const deploy = next
    ? {
        environment: next.environment.name,
        go: () =>
          void save(() =>
            router.push(
              `/${project}/deployments/new?target=${next.targetId}&to=${encodeURIComponent(view.filename)}`,
            ),
          ),
      }
    : null;

  const pane = (which: Tab) => (
    <div
      key={which}
      className="ed-pane"
      role="tabpanel"
      id={`pane-${which}`}
      aria-labelledby={`tab-${which}`}
      hidden={tab !== which}
    >
      <SqlEditor
        ref={editors[which]}
        value={text.text[which] ?? ""}
        onChange={(value) => text.change({ [which]: which === "down" && value === "" ? null : value })}
        label={t(`script.${which}`)}
        readOnly={!mayWrite}
        names={names}
        marks={tab === which ? marks : []}
        card={tab === which ? card : null}
        placeholder={t(`placeholder.${which}`)}
        onCursor={setCursor}
        onSign={(offset) => {
          const at = (text.text[which] ?? "").slice(0, offset).split("\n").length;
          editors[which].current?.goToLine(at);
        }}
        keys={keys}
      />
    </div>
  );

  return (
    <div className="ed-page">
      <EditorHead
        project={project}
        view={view}
        text={text}
        seen={seen}
        mayWrite={mayWrite}
        running={running}
        onSave={() => void save()}
        onTry={tryIt}
        onCompare={() => setDialog("conflict")}
        onShowTheirs={() => void showTheirs()}
        deploy={deploy}
      />
      <div className="ed">
        <div className="ed-left">
          <EditorTabs
            tab={tab}
            onTab={setTab}
            down={text.text.down}
            tried={tried}
            names={names.length > 0}
            place={place}
            service={view.service.name}
          />
          {pane("up")}
          {pane("down")}
          <StatusBar remarks={remarks} checked={checked} cursor={cursor} />
        </div>
        <ConsequencePanel
          filename={view.filename}
          checked={checked}
          stale={failed}
          remarks={remarks}
          active={active}
          onRemark={goTo}
          places={places}
          place={place}
          onPlace={setTargetId}
          tried={tab === "up" ? tried : null}
          progress={trial.progress}
          failure={trial.failure}
          onCancel={cancel}
          down={text.text.down}
        />
      </div>
      {active && checked
        ? createPortal(
            <FindingCard
              remark={active}
              checked={checked}
              position={remarks.indexOf(active) + 1}
              of={remarks.length}
              mayWrite={mayWrite}
              onFix={() => void fix()}
              onIgnore={() => setDialog("ignore")}
            />,
            cardHost,
          )
        : null}
      {dialog === "conflict" ? (
        <ConflictDialog project={project} view={view} text={text} onClose={() => setDialog(null)} />
      ) : null}
      {dialog === "ignore" && active?.finding ? (
        <IgnoreDialog
          title={textOf(active.finding).title}
          onIgnore={ignore}
          onClose={() => setDialog(null)}
        />
      ) : null}
      {typeof dialog === "object" && dialog ? (
        <ConfirmDialog
          environments={dialog.applied}
          name={view.name}
          onConfirm={dialog.confirm}
          onClose={() => setDialog(null)}
        />
      ) : null}
    </div>
  );
}

/** Where it would go next: the environment that the deploy button names. */
function firstPlace(places: EditorProps["view"]["states"]): string | null {
  const next = places.find((one) => one.state !== "applied");
  return (next ?? places.at(-1))?.targetId ?? null;
}

interface KeyHandlers {
  save: () => void;
  tryIt: () => void;
  fix: () => void;
  next: () => void;
}

/** Bindings that stay the same while what they do changes: the editor need not be set up again. */
function useKeys(handlers: KeyHandlers) {
  const now = useRef(handlers);
  now.current = handlers;
  return useMemo(() => {
    const run = (name: keyof KeyHandlers) => () => {
      now.current[name]();
      return true;
    };
    return [
      { key: "Mod-s", run: run("save"), preventDefault: true },
      { key: "Mod-Enter", run: run("tryIt") },
      { key: "Mod-.", run: run("fix") },
      { key: "F8", run: run("next") },
    ];
  }, []);
}
