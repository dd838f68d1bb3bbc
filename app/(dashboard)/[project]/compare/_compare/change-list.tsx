"use client";

import { useTranslations } from "next-intl";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { cn } from "@/components/class-names";
import { ChangeMark } from "@/components/comparison/change-mark";
import { ChangeText } from "@/components/comparison/change-text";
import { Icon } from "@/components/icon";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { useWindow } from "@/components/use-window";
import type { ChangeView, ComparisonView } from "@/lib/operations/comparison/views";
import { type ChangeRow, changeRows } from "./ticks";

const HEIGHT = 32;
const CHANGES = ["added", "changed", "removed"] as const;

interface ChangeListProps {
  view: ComparisonView;
  ticks: ReadonlySet<string>;
  active: string | null;
  mayTick: boolean;
  onTick: (ids: string[], on: boolean) => void;
  onActive: (id: string) => void;
}

/** The differences below their tables, with ticks; only the rows in sight are drawn. */
export function ChangeList({ view, ticks, active, mayTick, onTick, onActive }: ChangeListProps) {
  const t = useTranslations("compare");
  const allId = useId();
  const [text, setText] = useState("");
  const [only, setOnly] = useState<ChangeView["change"] | null>(null);
  const fitting = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return view.changes.filter(
      (one) =>
        (only === null || one.change === only) && (wanted === "" || one.name.toLowerCase().includes(wanted)),
    );
  }, [view.changes, text, only]);
  const rows = useMemo(() => changeRows(fitting), [fitting]);
  const box = useRef<HTMLDivElement>(null);
  const window = useWindow(box, rows.length, HEIGHT);
  const ids = fitting.map((one) => one.id);
  const ticked = ids.filter((id) => ticks.has(id)).length;
  return (
    <>
      <div className="cmp-filter">
        <Input
          type="search"
          data-filter=""
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={t("filter")}
          aria-label={t("filter")}
          autoComplete="off"
        />
        <div className="cmp-only" role="group" aria-label={t("onlyShow")}>
          {CHANGES.map((change) => (
            <button
              key={change}
              type="button"
              className={cn("cmp-mark", change)}
              aria-pressed={only === change}
              onClick={() => setOnly(only === change ? null : change)}
            >
              {t(`counts.${change}`, { count: view.counts[change] })}
            </button>
          ))}
        </div>
        {mayTick ? (
          <label className="cmp-all" htmlFor={allId}>
            <PartlyTicked
              id={allId}
              all={ids.length > 0 && ticked === ids.length}
              some={ticked > 0}
              onChange={(on) => onTick(ids, on)}
            />
            {fitting.length === view.changes.length ? t("all") : t("allShown", { count: fitting.length })}
          </label>
        ) : null}
      </div>
      {rows.length === 0 ? <p className="sb-none">{t("noneFits")}</p> : null}
      <div ref={box} className="sb-list cmp-list">
        <div style={{ height: window.before }} />
        <ul>
          {rows.slice(window.first, window.last).map((row) => (
            <li key={row.key} style={{ height: HEIGHT }}>
              <Row
                row={row}
                ticks={ticks}
                active={active}
                mayTick={mayTick}
                onTick={onTick}
                onActive={onActive}
              />
            </li>
          ))}
        </ul>
        <div style={{ height: window.after }} />
      </div>
    </>
  );
}

type RowProps = Omit<ChangeListProps, "view"> & { row: ChangeRow };

function Row({ row, ticks, active, mayTick, onTick, onActive }: RowProps) {
  const t = useTranslations("compare");
  if (row.kind === "relation") {
    const ticked = row.ids.filter((id) => ticks.has(id)).length;
    return (
      <div className="cmp-row relation">
        {mayTick ? (
          <PartlyTicked
            label={t("tickAllOf", { name: row.name })}
            all={ticked === row.ids.length}
            some={ticked > 0}
            onChange={(on) => onTick(row.ids, on)}
          />
        ) : null}
        <code>{row.name}</code>
      </div>
    );
  }
  const { change, inside } = row;
  return (
    <div className={cn("cmp-row", inside && "inside", change.id === active && "on")}>
      {mayTick ? (
        <Checkbox
          aria-label={t("tick", { change: t(`change.${change.change}`), name: change.name })}
          checked={ticks.has(change.id)}
          onChange={(event) => onTick([change.id], event.target.checked)}
        />
      ) : null}
      <button
        type="button"
        className="cmp-name"
        aria-pressed={change.id === active}
        onClick={() => onActive(change.id)}
        title={change.name}
      >
        <ChangeMark change={change.change} />
        <span className="truncate">
          <ChangeText change={change} />
        </span>
        {change.losesData ? (
          <span className="m danger" title={t("losesData")}>
            <Icon name="danger" small />
            <span className="sr-only">{t("losesData")}</span>
          </span>
        ) : null}
      </button>
    </div>
  );
}

function PartlyTicked({
  all,
  some,
  label,
  id,
  onChange,
}: {
  all: boolean;
  some: boolean;
  label?: string;
  id?: string;
  onChange: (on: boolean) => void;
}) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = some && !all;
  }, [some, all]);
  return (
    <Checkbox
      ref={box}
      checked={all}
      {...(label ? { "aria-label": label } : {})}
      {...(id ? { id } : {})}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}
