"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { EnvironmentLine } from "@/components/environment";
import { Kbd } from "@/components/kbd";
import { PageHead } from "@/components/page";
import { SqlEditor, type SqlEditorHandle } from "@/components/sql-editor/sql-editor";
import { useNames } from "@/components/sql-editor/use-names";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import { History } from "./history";
import type { ConsoleProps } from "./loader";
import { Results } from "./results";
import { type RunMode, useRun } from "./use-run";

const ROWS = [100, 500, 1000, 5000];
const SECONDS = [10, 30, 60, 300];

/** Query a database: the text above, what it answered below, what was run before at the side. */
export function Console({ project, targets, target }: ConsoleProps) {
  const t = useTranslations("sql");
  const router = useRouter();
  const [sql, setSql] = useKeptText(target.id);
  const [writing, setWriting] = useState(false);
  const [limits, setLimits] = useState({ rows: 500, timeoutSeconds: 30 });
  const { answer, since, run, cancel } = useRun(project, t("connectionLost"));
  const names = useNames(project, target.id);
  const editor = useRef<SqlEditorHandle>(null);
  const running = since !== null;

  const start = useCallback(
    (mode: RunMode) => {
      const chosen = editor.current?.selection() ?? { from: 0, to: 0 };
      // With a part selected, that part alone is run.
      const text = chosen.to > chosen.from ? sql.slice(chosen.from, chosen.to) : sql;
      if (text.trim() && target.mayRead) void run({ mode, targetId: target.id, sql: text, ...limits });
    },
    [sql, limits, run, target],
  );
  const now = useRef({ start, writing });
  now.current = { start, writing };
  const keys = useMemo(
    () => [
      {
        key: "Mod-Enter",
        run: () => {
          now.current.start(now.current.writing ? "write" : "read");
          return true;
        },
      },
    ],
    [],
  );
  useEffect(() => {
    if (!running) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") cancel();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [running, cancel]);

  const mark = answer && answer.kind === "error" && answer.line ? answer.line : null;
  return (
    <div className="ed-page sql-page">
      <EnvironmentLine color={target.environment.color} />
      <PageHead
        className="ed-head"
        title={t("title")}
        facts={[
          <Select
            key="target"
            className="target-choice"
            aria-label={t("target")}
            value={target.id}
            onChange={(event) => router.push(`/${project}/sql?target=${event.target.value}`)}
            options={targets.map((one) => ({
              value: one.id,
              label: `${one.service} / ${one.environment.name}${one.environment.protected ? ` (${t("protected")})` : ""}`,
            }))}
          />,
        ]}
        actions={
          <>
            <label className="label mode-switch">
              <Switch
                checked={writing}
                disabled={!target.mayWrite || running}
                onChange={(event) => setWriting(event.target.checked)}
              />
              {t("writing")}
            </label>
            <Button disabled={!target.mayRead || running} onClick={() => start("explain")}>
              {t("explain")}
            </Button>
            {writing ? (
              <Button disabled={running} onClick={() => start("explain_analyze")}>
                {t("explainAnalyze")}
              </Button>
            ) : null}
            {running ? (
              <Button variant="stop" onClick={cancel}>
                {t("cancel")} <Kbd>Esc</Kbd>
              </Button>
            ) : (
              <Button
                variant={writing ? "stop" : "go"}
                disabled={!target.mayRead || !sql.trim()}
                onClick={() => start(writing ? "write" : "read")}
              >
                {writing ? t("runWriting", { environment: target.environment.name }) : t("run")}{" "}
                <Kbd>Ctrl ↵</Kbd>
              </Button>
            )}
          </>
        }
      />
      <div className="ed">
        <div className="ed-left">
          <Remarks target={target} writing={writing} />
          <div className="sql-pane">
            <SqlEditor
              ref={editor}
              value={sql}
              onChange={setSql}
              label={t("editor")}
              names={names}
              placeholder={t("placeholder")}
              keys={keys}
              marks={useMemo(() => lineMark(sql, mark), [sql, mark])}
            />
          </div>
          <div className="status">
            <span>{writing ? t("modeWrite") : readOnlyBecause(target, t)}</span>
            <span className="gap" />
            <Limit
              label={t("rowsAtMost")}
              value={limits.rows}
              options={ROWS}
              onChange={(rows) => setLimits({ ...limits, rows })}
            />
            <Limit
              label={t("secondsAtMost")}
              value={limits.timeoutSeconds}
              options={SECONDS}
              onChange={(timeoutSeconds) => setLimits({ ...limits, timeoutSeconds })}
            />
          </div>
          <Results answer={answer} since={since} onLine={(line) => editor.current?.goToLine(line)} />
        </div>
        <History
          targetId={target.id}
          mayRead={target.mayRead}
          // A new answer is a new line of the history.
          version={answer}
          onChoose={(text) => {
            setSql(text);
            editor.current?.focus();
          }}
        />
      </div>
    </div>
  );
}

/** Why the switch for writing does not move, where it does not. */
function readOnlyBecause(
  target: ConsoleProps["target"],
  t: ReturnType<typeof useTranslations<"sql">>,
): string {
  if (target.mayWrite || !target.mayRead) return t("modeRead");
  return target.environment.protected
    ? t("noWriting.protected", { environment: target.environment.name })
    : t("noWriting.role");
}

function Remarks({ target, writing }: { target: ConsoleProps["target"]; writing: boolean }) {
  const t = useTranslations("sql");
  if (!target.mayRead) {
    return <Note meaning="warning">{t("mayNotRead", { environment: target.environment.name })}</Note>;
  }
  if (writing)
    return <Note meaning="warning">{t("writingNote", { environment: target.environment.name })}</Note>;
  return null;
}

interface LimitProps {
  label: string;
  value: number;
  options: number[];
  onChange: (value: number) => void;
}

function Limit({ label, value, options, onChange }: LimitProps) {
  return (
    <label className="limit">
      {label}
      <select value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

function lineMark(sql: string, line: number | null) {
  if (line === null) return [];
  const lines = sql.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return [
    {
      id: `line:${line}`,
      meaning: "danger" as const,
      from,
      to: from + (lines[line - 1]?.length ?? 0),
      label: "",
    },
  ];
}

/** The text of each database stays in this browser. */
function useKeptText(targetId: string): [string, (text: string) => void] {
  const key = `dbmigrator.sql.${targetId}`;
  const [text, setText] = useState(() => {
    try {
      return localStorage.getItem(key) ?? "";
    } catch {
      return "";
    }
  });
  const keep = useCallback(
    (next: string) => {
      setText(next);
      try {
        localStorage.setItem(key, next);
      } catch {
        // A private window keeps nothing; the text is there until it closes.
      }
    },
    [key],
  );
  return [text, keep];
}
