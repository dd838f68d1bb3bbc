"use client";

import {
  BaseEdge,
  type Edge,
  type EdgeProps,
  Handle,
  type Node,
  type NodeProps,
  Position,
  useStore,
} from "@xyflow/react";
import { useTranslations } from "next-intl";
import { memo } from "react";
import { cn } from "@/components/class-names";
import type { Change } from "./boxes";
import type { PlacedBox, PlacedEdge } from "./layout";
import { pathOf } from "./layout-path";

export type TableNode = Node<{ box: PlacedBox; dim: boolean; middle: boolean }, "table">;
export type ReferenceEdge = Edge<{ placed: PlacedEdge; strong: boolean; dim: boolean }, "reference">;

const SIGNS: Record<Change, string> = { added: "+", removed: "−", changed: "~" };

/** Below this zoom letters of columns are no longer read: only names are drawn. */
const READABLE = 0.42;

function TableBox({ data, selected }: NodeProps<TableNode>) {
  const t = useTranslations("schema.diagram");
  const readable = useStore((state) => state.transform[2] >= READABLE);
  const { box, dim, middle } = data;
  return (
    <div
      className={cn("dg-box", box.change, selected && "on", middle && "middle", dim && "dim")}
      style={{ width: box.width, height: box.height }}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div className="dg-title">
        <span className="truncate">
          {box.schema ? <span className="muted">{box.schema}.</span> : null}
          {box.name}
        </span>
        {box.change ? (
          <span className="dg-change">
            {SIGNS[box.change]} {t(`change.${box.change}`)}
          </span>
        ) : null}
      </div>
      {readable && box.lines.length + box.more > 0 ? (
        <div className="dg-lines">
          {box.lines.map((line) => (
            <div key={line.name} className={cn("dg-line", line.change)}>
              <span className="dg-key">
                {line.change ? SIGNS[line.change] : line.key ? "●" : line.foreign ? "→" : ""}
              </span>
              <span className="truncate">{line.name}</span>
              <span className="type">{line.type}</span>
            </div>
          ))}
          {box.more > 0 ? <div className="dg-more">{t("moreColumns", { count: box.more })}</div> : null}
        </div>
      ) : null}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

function Reference({ id, data, markerEnd }: EdgeProps<ReferenceEdge>) {
  if (!data) return null;
  const { placed, strong, dim } = data;
  return (
    <BaseEdge
      id={id}
      path={pathOf(placed.points)}
      className={cn("dg-edge", placed.edge.kind, strong && "strong", dim && "dim")}
      {...(markerEnd ? { markerEnd } : {})}
    />
  );
}

export const nodeTypes = { table: memo(TableBox) };
export const edgeTypes = { reference: memo(Reference) };
