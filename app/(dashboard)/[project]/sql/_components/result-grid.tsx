// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active cell
// biome-ignore-all lint/suspicious/noArrayIndexKey: rows and columns of an answer do not move
"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { cn } from "@/components/class-names";
import { Dialog, DialogBody, DialogContent } from "@/components/ui/dialog";
import type { ConsoleResult } from "@/lib/postgres/console/run";

const ROW = 28;
const OVER = 12;
const HEIGHT = 420;
/** Of the column of row numbers. */
const NUMBER = 56;
/** 44 characters of 7.3 px. */
const WIDEST = Math.round(44 * 7.3) + 26;

/** Rows as the server wrote them; only those in sight are drawn. Arrows move, Ctrl C copies a cell, enter shows all of it. */
export function ResultGrid({ result }: { result: ConsoleResult }) {
  const t = useTranslations("sql");
  const { columns, rows } = result;
  const [top, setTop] = useState(0);
  const [at, setAt] = useState({ row: 0, column: 0 });
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const widths = useMemo(() => columns.map((column, index) => widthOf(column, rows, index)), [columns, rows]);
  const first = Math.max(0, Math.floor(top / ROW) - OVER);
  const last = Math.min(rows.length, Math.ceil((top + HEIGHT) / ROW) + OVER);
  const value = rows[at.row]?.[at.column] ?? null;
  // What is longer than its column gets the room that is left; rows are grids of their own, so their width is said.
  const template = `${NUMBER}px ${widths.map((width) => (width === WIDEST ? `minmax(${width}px, 1fr)` : `${width}px`)).join(" ")}`;
  const width = `max(100%, ${widths.reduce((sum, one) => sum + one, NUMBER)}px)`;

  function move(row: number, column: number) {
    const next = {
      row: Math.min(Math.max(0, row), rows.length - 1),
      column: Math.min(Math.max(0, column), columns.length - 1),
    };
    setAt(next);
    const element = box.current;
    if (!element) return;
    const y = next.row * ROW;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + 2 * ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = y + 2 * ROW - element.clientHeight;
    const cells = element.querySelectorAll<HTMLElement>("[role=columnheader]");
    const head = cells[next.column];
    if (!head) return;
    if (head.offsetLeft < element.scrollLeft) element.scrollLeft = next.column === 0 ? 0 : head.offsetLeft;
    else if (head.offsetLeft + head.offsetWidth > element.scrollLeft + element.clientWidth)
      element.scrollLeft = Math.min(
        head.offsetLeft,
        head.offsetLeft + head.offsetWidth - element.clientWidth,
      );
  }

  function onKey(event: KeyboardEvent) {
    const page = Math.floor(HEIGHT / ROW) - 2;
    const steps: Record<string, [number, number]> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
      PageDown: [page, 0],
      PageUp: [-page, 0],
    };
    const step = steps[event.key];
    if (step) move(at.row + step[0], at.column + step[1]);
    else if (event.key === "Home") move(event.ctrlKey ? 0 : at.row, 0);
    else if (event.key === "End") move(event.ctrlKey ? rows.length - 1 : at.row, columns.length - 1);
    else if (event.key === "Enter") setOpen(true);
    else if (
      (event.ctrlKey || event.metaKey) &&
      event.key.toLowerCase() === "c" &&
      !getSelection()?.toString()
    ) {
      void navigator.clipboard.writeText(value ?? "");
    } else return;
    event.preventDefault();
  }

  return (
    <>
      <div
        ref={box}
        className="result-grid"
        role="grid"
        tabIndex={0}
        aria-label={t("grid", { rows: rows.length, columns: columns.length })}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        aria-activedescendant={rows.length > 0 ? cellId(result.statement, at.row, at.column) : undefined}
        style={{ maxHeight: HEIGHT }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        onKeyDown={onKey}
      >
        <div
          className="grid-row grid-head"
          role="row"
          aria-rowindex={1}
          style={{ gridTemplateColumns: template, width }}
        >
          <span aria-hidden="true" />
          {columns.map((column, index) => (
            <span key={index} role="columnheader" aria-colindex={index + 1}>
              {column.name}
              {column.type ? <small>{column.type}</small> : null}
            </span>
          ))}
        </div>
        <div role="presentation" style={{ height: first * ROW }} />
        {rows.slice(first, last).map((row, index) => (
          <div
            key={first + index}
            className="grid-row"
            role="row"
            aria-rowindex={first + index + 2}
            style={{ gridTemplateColumns: template, width, height: ROW }}
          >
            <span className="number" aria-hidden="true">
              {first + index + 1}
            </span>
            {row.map((cell, column) => (
              <Cell
                key={column}
                id={cellId(result.statement, first + index, column)}
                value={cell}
                number={isNumber(columns[column]?.type ?? null)}
                active={at.row === first + index && at.column === column}
                column={column}
                onChoose={() => setAt({ row: first + index, column })}
                onOpen={() => setOpen(true)}
              />
            ))}
          </div>
        ))}
        <div role="presentation" style={{ height: (rows.length - last) * ROW }} />
      </div>
      {open ? <CellDialog result={result} at={at} value={value} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function cellId(statement: number, row: number, column: number): string {
  return `cell-${statement}-${row}-${column}`;
}

interface CellProps {
  id: string;
  value: string | null;
  number: boolean;
  active: boolean;
  column: number;
  onChoose: () => void;
  onOpen: () => void;
}

function Cell({ id, value, number, active, column, onChoose, onOpen }: CellProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it has the keyboard
    <span
      id={id}
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={active}
      className={cn(number && "num", active && "on", value === null && "null")}
      onClick={onChoose}
      onDoubleClick={onOpen}
    >
      {value === null ? "NULL" : value.slice(0, 300)}
    </span>
  );
}

function CellDialog({
  result,
  at,
  value,
  onClose,
}: {
  result: ConsoleResult;
  at: { row: number; column: number };
  value: string | null;
  onClose: () => void;
}) {
  const t = useTranslations("sql");
  const cut = result.cuts.find((one) => one.row === at.row && one.column === at.column);
  const column = result.columns[at.column];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent wide title={column?.name ?? ""} text={column?.type ?? undefined}>
        <DialogBody>
          <pre className="cell-text">{value ?? "NULL"}</pre>
          {cut ? (
            <p className="muted">{t("cut", { shown: value?.length ?? 0, length: cut.length })}</p>
          ) : null}
        </DialogBody>
      </DialogContent>
    </Dialog>
  );
}

function isNumber(type: string | null): boolean {
  return (
    type !== null &&
    /^(smallint|integer|bigint|numeric|real|double precision|oid|money)/.test(type) &&
    !type.endsWith("[]")
  );
}

/** By the longest of the name and the first rows, in the mono font's 7.2 px. */
function widthOf(
  column: ConsoleResult["columns"][number],
  rows: ConsoleResult["rows"],
  index: number,
): number {
  const head = Math.max(column.name.length, (column.type?.length ?? 0) * 0.85);
  const longest = rows.slice(0, 100).reduce((most, row) => Math.max(most, row[index]?.length ?? 4), head);
  return Math.round(Math.min(Math.max(longest, 4), 44) * 7.3) + 26;
}
