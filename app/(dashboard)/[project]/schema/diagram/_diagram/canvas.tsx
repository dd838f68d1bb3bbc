"use client";

import {
  Background,
  Controls,
  MarkerType,
  MiniMap,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useTranslations } from "next-intl";
import { useEffect, useMemo, useState } from "react";
import { ErrorState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { boxesOf, type Shown } from "./boxes";
import { Chosen } from "./chosen";
import { type Drawing, layOut } from "./layout";
import type { CanvasProps } from "./loader";
import { edgeTypes, nodeTypes, type ReferenceEdge, type TableNode } from "./nodes";
import { Tools } from "./tools";

/** Tables and references, placed by a web worker; one table can be chosen, and then its references stand out. */
export function Canvas(props: CanvasProps) {
  const t = useTranslations("schema.diagram");
  const [shown, setShown] = useState<Shown>(props.diagram.tables.length > 120 ? "none" : "keys");
  const { drawing, failed, retry } = useDrawing(props, shown);
  if (failed) {
    return (
      <div className="page">
        <ErrorState
          title={t("failed")}
          text={t("failedText")}
          action={<Button onClick={retry}>{t("retry")}</Button>}
        />
      </div>
    );
  }
  return (
    <div className="dg-canvas" aria-busy={drawing === null}>
      {drawing ? (
        <ReactFlowProvider>
          <Flow {...props} drawing={drawing} shown={shown} onShown={setShown} />
        </ReactFlowProvider>
      ) : (
        <div className="dg-wait" role="status">
          {t("drawingNow", { count: props.diagram.tables.length })}
        </div>
      )}
    </div>
  );
}

function useDrawing({ diagram }: CanvasProps, shown: Shown) {
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt draws again
  useEffect(() => {
    const control = new AbortController();
    setFailed(false);
    layOut(boxesOf(diagram, shown), diagram.edges, control.signal).then(
      (next) => setDrawing(next),
      (error) => {
        if (control.signal.aborted) return;
        console.error(error);
        setFailed(true);
      },
    );
    return () => control.abort();
  }, [diagram, shown, attempt]);
  return { drawing, failed, retry: () => setAttempt(attempt + 1) };
}

/** Room for the tools, which lie over the drawing. */
const TOOLS = 64;

/** Names that can be read come before the whole of many tables, which is one button away. */
const FIT = {
  padding: { x: 0.06, bottom: 0.06, top: `${TOOLS}px` },
  minZoom: 0.4,
  maxZoom: 1,
} as const;

interface FlowProps extends CanvasProps {
  drawing: Drawing;
  shown: Shown;
  onShown: (shown: Shown) => void;
}

function Flow({ project, query, diagram, drawing, shown, onShown }: FlowProps) {
  const t = useTranslations("schema.diagram");
  const flow = useReactFlow();
  const [chosen, setChosen] = useState<string | null>(null);
  const { nodes, edges } = useMemo(
    () => elementsOf(drawing, chosen, query.focus),
    [drawing, chosen, query.focus],
  );

  function goTo(node: string) {
    setChosen(node);
    const box = drawing.boxes.find((one) => one.node === node);
    if (!box) return;
    void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom: 1, duration: motion() });
  }

  /** What is larger than the window is read from its beginning, or from the table that it was drawn around. */
  async function begin(made: ReactFlowInstance<TableNode, ReferenceEdge>) {
    await made.fitView(FIT);
    const { x, y, zoom } = made.getViewport();
    if (x >= 0 && y >= 0) return;
    const middle = drawing.boxes.find(({ id }) => id !== null && id === query.focus);
    if (middle) await made.setCenter(middle.x + middle.width / 2, middle.y + middle.height / 2, { zoom });
    else await made.setViewport({ x: x < 0 ? TOOLS / 4 : x, y: y < 0 ? TOOLS : y, zoom });
  }

  return (
    <>
      <Tools
        drawing={drawing}
        diagram={diagram}
        shown={shown}
        onShown={onShown}
        onFind={goTo}
        name={query.focus?.slice(query.focus.indexOf(":") + 1) ?? query.schema ?? "schema"}
      />
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodeClick={(_, node) => setChosen(node.id)}
        onPaneClick={() => setChosen(null)}
        onSelectionChange={({ nodes: [first] }) => first && setChosen(first.id)}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        elementsSelectable
        deleteKeyCode={null}
        onlyRenderVisibleElements
        minZoom={0.05}
        maxZoom={1.6}
        fitView
        fitViewOptions={FIT}
        onInit={begin}
        aria-label={t("title")}
        ariaLabelConfig={{
          "controls.zoomIn.ariaLabel": t("zoomIn"),
          "controls.zoomOut.ariaLabel": t("zoomOut"),
          "controls.fitView.ariaLabel": t("fit"),
          "controls.ariaLabel": t("controls"),
          "minimap.ariaLabel": t("map"),
          "node.a11yDescription.default": t("nodeHelp"),
          "node.a11yDescription.keyboardDisabled": t("nodeHelp"),
        }}
      >
        <Background gap={24} size={1} />
        <Controls showInteractive={false} />
        {drawing.boxes.length > 12 ? <MiniMap pannable zoomable nodeStrokeWidth={2} /> : null}
      </ReactFlow>
      {chosen ? (
        <Chosen
          project={project}
          query={query}
          diagram={diagram}
          node={chosen}
          onGo={goTo}
          onClose={() => setChosen(null)}
        />
      ) : null}
    </>
  );
}

function motion(): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140;
}

function elementsOf(
  drawing: Drawing,
  chosen: string | null,
  focus: string | null,
): { nodes: TableNode[]; edges: ReferenceEdge[] } {
  const near = new Set<string>(chosen ? [chosen] : []);
  for (const { source, target } of drawing.edges) {
    if (source === chosen) near.add(target);
    if (target === chosen) near.add(source);
  }
  return {
    nodes: drawing.boxes.map((box) => ({
      id: box.node,
      type: "table",
      position: { x: box.x, y: box.y },
      width: box.width,
      height: box.height,
      selected: box.node === chosen,
      ariaLabel: box.schema ? `${box.schema}.${box.name}` : box.name,
      data: { box, dim: chosen !== null && !near.has(box.node), middle: box.id !== null && box.id === focus },
    })),
    edges: drawing.edges.map((placed) => {
      const touches = placed.source === chosen || placed.target === chosen;
      return {
        id: placed.id,
        type: "reference",
        source: placed.source,
        target: placed.target,
        // Said by the list and by the chosen table, not line by line.
        ariaLabel: null as never,
        ariaRole: "presentation" as const,
        markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14, color: "var(--border-control)" },
        data: { placed, strong: touches, dim: chosen !== null && !touches },
      };
    }),
  };
}
