"use client";

import { useMemo } from "react";
import { qrMatrix } from "./qr-matrix";

const QUIET = 4;

/** A QR code as SVG, dark on white in both themes: cameras expect it so. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => {
    const matrix = qrMatrix(text);
    const cells = matrix.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: cells.join(""), size: matrix.length };
  }, [text]);
  const edge = size + 2 * QUIET;
  return (
    <svg
      role="img"
      aria-label={label}
      width={208}
      height={208}
      viewBox={`${-QUIET} ${-QUIET} ${edge} ${edge}`}
      shapeRendering="crispEdges"
    >
      <rect x={-QUIET} y={-QUIET} width={edge} height={edge} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
