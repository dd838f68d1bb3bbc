import { LINE_HEIGHT, TITLE_HEIGHT } from "./boxes";
import type { Drawing, PlacedBox } from "./layout";
import { pathOf } from "./layout-path";

/** Colours of the page as the eye sees them now, as #rrggbb: other programs know neither names nor oklch(). */
export type Palette = Record<(typeof NAMES)[number], string>;

const NAMES = [
  "background",
  "surface",
  "sunken",
  "border",
  "border-control",
  "text",
  "muted",
  "ins-mark",
  "del-mark",
  "warning",
] as const;

export function readPalette(): Palette {
  const probe = document.createElement("span");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  document.body.append(probe);
  const entries = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    if (!context) return [name, "#000000"];
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    const bytes = [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    return [name, `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`];
  });
  probe.remove();
  return Object.fromEntries(entries) as Palette;
}

const MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** The drawing as a file of its own: no fonts, styles or scripts from elsewhere. */
export function drawingToSvg(
  drawing: Drawing,
  palette: Palette,
  words: {
    title: string;
    change: (change: "added" | "removed" | "changed") => string;
    more: (count: number) => string;
  },
): string {
  const width = Math.ceil(drawing.width);
  const height = Math.ceil(drawing.height);
  const edges = drawing.edges.map(
    ({ points, edge }) =>
      `<path d="${pathOf(points)}" fill="none" stroke="${palette["border-control"]}"${edge.kind === "inherits" ? ' stroke-dasharray="4 3"' : ""} marker-end="url(#end)"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${MONO}">`,
    `<title>${escapeXml(words.title)}</title>`,
    `<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8Z" fill="${palette["border-control"]}"/></marker></defs>`,
    `<rect width="100%" height="100%" fill="${palette.background}"/>`,
    ...edges,
    ...drawing.boxes.map((box) => boxToSvg(box, palette, words)),
    "</svg>",
  ].join("\n");
}

function boxToSvg(box: PlacedBox, palette: Palette, words: Parameters<typeof drawingToSvg>[2]): string {
  const colors = { added: palette["ins-mark"], removed: palette["del-mark"], changed: palette.warning };
  const stroke = box.change ? colors[box.change] : palette["border-control"];
  const name = box.schema ? `${box.schema}.${box.name}` : box.name;
  const parts = [
    `<g transform="translate(${box.x} ${box.y})"><rect width="${box.width}" height="${box.height}" rx="6" fill="${palette.surface}" stroke="${stroke}"/>`,
    text(12, 20, cut(name, (box.width - (box.change ? 90 : 24)) / 7.3), {
      size: 12,
      weight: 600,
      fill: palette.text,
    }),
  ];
  if (box.change)
    parts.push(text(box.width - 12, 20, words.change(box.change), { size: 11, fill: stroke, end: true }));
  if (box.lines.length + box.more > 0)
    parts.push(`<path d="M0 ${TITLE_HEIGHT}H${box.width}" stroke="${palette.border}"/>`);
  box.lines.forEach((line, index) => {
    const y = TITLE_HEIGHT + index * LINE_HEIGHT + 16;
    const fill = line.change ? colors[line.change] : palette.text;
    const sign = line.change
      ? { added: "+", removed: "−", changed: "~" }[line.change]
      : line.key
        ? "●"
        : line.foreign
          ? "→"
          : "";
    const room = (box.width - 46) / 6.7 - line.name.length;
    parts.push(text(10, y, sign, { size: line.key ? 8 : 11, fill: palette.muted }));
    parts.push(text(24, y, cut(line.name, (box.width - 36) / 6.7), { size: 11, fill }));
    if (room > 4)
      parts.push(text(box.width - 12, y, cut(line.type, room), { size: 11, fill: palette.muted, end: true }));
  });
  if (box.more > 0) {
    const y = TITLE_HEIGHT + box.lines.length * LINE_HEIGHT + 16;
    parts.push(text(24, y, words.more(box.more), { size: 11, fill: palette.muted }));
  }
  return `${parts.join("")}</g>`;
}

function text(
  x: number,
  y: number,
  value: string,
  look: { size: number; fill: string; weight?: number; end?: boolean },
): string {
  if (value === "") return "";
  const weight = look.weight ? ` font-weight="${look.weight}"` : "";
  const anchor = look.end ? ' text-anchor="end"' : "";
  return `<text x="${x}" y="${y}" font-size="${look.size}" fill="${look.fill}"${weight}${anchor}>${escapeXml(value)}</text>`;
}

function cut(value: string, letters: number): string {
  const most = Math.max(3, Math.floor(letters));
  return value.length <= most ? value : `${value.slice(0, most - 1)}…`;
}

/** Names hold any text; what XML cannot hold is left out. */
export function escapeXml(value: string): string {
  return value
    .replaceAll(/[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Pixels that browsers still draw: one side, and all together. */
const MOST_SIDE = 16_000;
const MOST_AREA = 120_000_000;

/** The SVG as pixels, twice as fine as the screen where it fits. @throws when the browser cannot draw it */
export async function svgToPng(svg: string, width: number, height: number): Promise<Blob> {
  const scale = Math.min(2, MOST_SIDE / width, MOST_SIDE / height, Math.sqrt(MOST_AREA / (width * height)));
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("the canvas gave no image"))),
        "image/png",
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
