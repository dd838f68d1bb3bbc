"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import type { DiagramView } from "@/lib/operations/schema/views";
import type { DiagramQuery } from "./query";

export interface CanvasProps {
  project: string;
  query: DiagramQuery;
  diagram: DiagramView;
}

const Canvas = dynamic(() => import("./canvas").then((m) => m.Canvas), { ssr: false, loading: Waiting });

/** The drawing's code comes only when a drawing is opened. */
export function DiagramLoader(props: CanvasProps) {
  return <Canvas {...props} />;
}

function Waiting() {
  const t = useTranslations("schema.diagram");
  return (
    <div className="dg-wait" role="status">
      {t("loading")}
    </div>
  );
}
