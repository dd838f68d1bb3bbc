"use client";

import { useLocale, useTranslations } from "next-intl";
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef, useState } from "react";
import { cn } from "@/components/class-names";
import { formatBytes } from "@/components/format";
import { Icon } from "@/components/icon";
import { useWindow } from "@/components/use-window";
import type { SchemaGroup } from "@/lib/core/outline/outline";
import type { SchemaRow } from "@/lib/operations/schema/views";
import { GroupIcon } from "./kind-icon";
import { openAtFirst, type TreeRow, treeRows } from "./tree-rows";
import { useObjects } from "./use-rows";

const HEIGHT = 28;

interface TreeProps {
  project: string;
  targetId: string;
  groups: SchemaGroup[];
  version: string;
  chosen: number | null;
  hrefOf: (id: string) => string;
  onOpen: (id: string) => void;
}

/**
 * Schemas, their folders and objects. Only the rows in sight exist, and only their names are fetched. The tree has
 * the focus and names its active row (WAI-ARIA "Tree View").
 */
export function Tree({ project, targetId, groups, version, chosen, hrefOf, onOpen }: TreeProps) {
  const t = useTranslations("schema");
  const [open, setOpen] = useState(() => openAtFirst(groups, chosen));
  const rows = useMemo(() => treeRows(groups, open), [groups, open]);
  const [active, setActive] = useState(() => Math.max(0, rowOf(rows, chosen)));
  const box = useRef<HTMLDivElement>(null);
  const view = useWindow(box, rows.length, HEIGHT);
  const objects = useObjects(project, targetId, version);
  const at = Math.min(active, rows.length - 1);
  const inSight = rows.slice(view.first, view.last);

  useEffect(() => {
    objects.want(inSight.flatMap((row) => (row.kind === "object" ? [row.ordinal] : [])));
  });

  // Opened from elsewhere (a dependant, a link): its folder opens and it comes into sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another object is chosen
  useEffect(() => {
    if (chosen === null) return;
    const wider = new Set([...open, ...openAtFirst(groups, chosen)]);
    const next = treeRows(groups, wider);
    const row = rowOf(next, chosen);
    setOpen(wider);
    setActive(row);
    requestAnimationFrame(() => view.scrollTo(row));
  }, [chosen]);

  function move(row: number) {
    const next = Math.min(Math.max(0, row), rows.length - 1);
    setActive(next);
    view.scrollTo(next);
  }

  function toggle(row: TreeRow, wanted?: boolean) {
    if (row.kind === "object") return;
    const next = new Set(open);
    if (wanted ?? !row.open) next.add(row.key);
    else next.delete(row.key);
    setOpen(next);
  }

  function choose(row: TreeRow) {
    if (row.kind !== "object") return toggle(row);
    const object = objects.get(row.ordinal);
    if (object) onOpen(object.id);
  }

  function onKey(event: KeyboardEvent) {
    const row = rows[at];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: view.fits,
      PageUp: -view.fits,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    if (step !== undefined) move(at + step);
    else if (event.key === "ArrowRight" && row.kind !== "object") row.open ? move(at + 1) : toggle(row, true);
    else if (event.key === "ArrowLeft") {
      if (row.kind !== "object" && row.open) toggle(row, false);
      else if (row.kind !== "schema") move(rows.findIndex((one) => one.key === row.parent));
    } else if (event.key === "Enter" || event.key === " ") choose(row);
    else return;
    event.preventDefault();
  }

  function onClick(event: MouseEvent, index: number, row: TreeRow) {
    setActive(index);
    // A new tab is the browser's affair.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    choose(row);
  }

  return (
    <div
      ref={box}
      className="sb-list"
      role="tree"
      tabIndex={0}
      aria-label={t("tree")}
      aria-activedescendant={rows[at] ? `tree-${rows[at].key}` : undefined}
      onKeyDown={onKey}
    >
      <div role="presentation" style={{ height: view.before }} />
      {inSight.map((row, index) => {
        const place = view.first + index;
        const object = row.kind === "object" ? objects.get(row.ordinal) : undefined;
        return (
          <a
            key={row.key}
            id={`tree-${row.key}`}
            role="treeitem"
            tabIndex={-1}
            href={object ? hrefOf(object.id) : undefined}
            aria-level={row.level}
            aria-expanded={row.kind === "object" ? undefined : row.open}
            aria-selected={row.kind === "object" && row.ordinal === chosen}
            aria-busy={row.kind === "object" && !object ? true : undefined}
            aria-label={row.kind === "object" && !object ? t("rowLoading") : undefined}
            className={cn("sb-row", `level-${row.level}`, place === at && "on")}
            style={{ height: HEIGHT }}
            onClick={(event) => onClick(event, place, row)}
          >
            <RowText row={row} object={object} />
          </a>
        );
      })}
      <div role="presentation" style={{ height: view.after }} />
    </div>
  );
}

function rowOf(rows: TreeRow[], ordinal: number | null): number {
  return rows.findIndex((row) => row.kind === "object" && row.ordinal === ordinal);
}

function RowText({ row, object }: { row: TreeRow; object: SchemaRow | undefined }) {
  const t = useTranslations("schema");
  const locale = useLocale();
  if (row.kind === "object") {
    if (!object) return <span className="skeleton" style={{ width: 96 + ((row.ordinal * 37) % 80) }} />;
    return (
      <>
        <GroupIcon group={object.group} />
        <span className="name mono">{object.name}</span>
        {object.bytes !== null && object.bytes > 0 ? (
          <span className="n">{formatBytes(object.bytes, locale)}</span>
        ) : null}
      </>
    );
  }
  return (
    <>
      <Icon name={row.open ? "down" : "chev"} small />
      <span className="name">
        {row.kind === "schema" ? (row.schema ?? t("outside")) : t(`groups.${row.group}`)}
      </span>
      <span className="n">{row.count.toLocaleString(locale)}</span>
    </>
  );
}
