import ELK, { type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk-api";
import type { DiagramEdge } from "@/lib/operations/schema/views";
import type { Box } from "./boxes";
import type { Point } from "./layout-path";

export interface PlacedBox extends Box, Point {}

export interface PlacedEdge {
  id: string;
  source: string;
  target: string;
  points: Point[];
  edge: DiagramEdge;
}

export interface Drawing {
  boxes: PlacedBox[];
  edges: PlacedEdge[];
  width: number;
  height: number;
}

/** Whom a table refers to stands at its right; unconnected groups are packed beside each other. */
const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.separateConnectedComponents": "true",
  "elk.aspectRatio": "1.6",
  "elk.spacing.nodeNode": "28",
  "elk.spacing.componentComponent": "40",
  "elk.spacing.edgeNode": "18",
  "elk.layered.spacing.nodeNodeBetweenLayers": "64",
  "elk.layered.spacing.edgeNodeBetweenLayers": "20",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.padding": "[top=24,left=24,bottom=24,right=24]",
};

/**
 * Places boxes and routes references in a web worker, so that the page stays alive meanwhile.
 * @throws when aborted, or when the layout fails
 */
export async function layOut(boxes: Box[], edges: DiagramEdge[], signal: AbortSignal): Promise<Drawing> {
  let fail: (error: Error) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const elk = new ELK({
    workerFactory: () => {
      const worker = new Worker(new URL("elkjs/lib/elk-worker.min.js", import.meta.url));
      // elk waits for an answer for ever: a worker that does not load gives none.
      worker.addEventListener("error", (event) => fail(new Error(event.message || "the worker failed")));
      return worker;
    },
  });
  const stop = () => elk.terminateWorker();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
    );
    // More rounds of untangling cost more than they show where there is much to draw.
    const thoroughness = boxes.length > 150 ? "3" : "10";
    const graph: ElkNode = {
      id: "root",
      layoutOptions: { ...OPTIONS, "elk.layered.thoroughness": thoroughness },
      children: boxes.map(({ node, width, height }) => ({ id: node, width, height })),
      edges: edges.map((edge) => ({
        id: edge.id,
        sources: [String(edge.from)],
        targets: [String(edge.to)],
      })),
    };
    return drawingOf(await Promise.race([elk.layout(graph), aborted, broken]), boxes, edges);
  } finally {
    signal.removeEventListener("abort", stop);
    elk.terminateWorker();
  }
}

function drawingOf(graph: ElkNode, boxes: Box[], edges: DiagramEdge[]): Drawing {
  const places = new Map((graph.children ?? []).map((child) => [child.id, child]));
  const routes = new Map((graph.edges ?? []).map((edge) => [edge.id, edge]));
  return {
    width: graph.width ?? 0,
    height: graph.height ?? 0,
    boxes: boxes.map((box) => ({
      ...box,
      x: places.get(box.node)?.x ?? 0,
      y: places.get(box.node)?.y ?? 0,
    })),
    edges: edges.map((edge) => ({
      id: edge.id,
      source: String(edge.from),
      target: String(edge.to),
      points: pointsOf(routes.get(edge.id)),
      edge,
    })),
  };
}

function pointsOf(edge: ElkExtendedEdge | undefined): Point[] {
  const section = edge?.sections?.[0];
  return section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [];
}
