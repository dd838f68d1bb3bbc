import { expect, it } from "vitest";
import { boxesOf } from "./boxes";
import { drawingToSvg, type Palette } from "./export";
import { pathOf } from "./layout-path";

const palette = new Proxy({}, { get: () => "#123456" }) as Palette;
const words = {
  title: "a & b",
  change: (change: string) => change,
  more: (count: number) => `${count} more`,
};

it("names of any kind come through into the file as text", () => {
  const name = '"<script>&\u0000\ud800"';
  const [box] = boxesOf(
    {
      ...{ edges: [], total: 1, schemas: [] },
      deployment: {
        number: 1,
        changes: [
          {
            ...{ table: `public.${name}`, change: "changed" },
            lines: [{ change: "added", kind: "column", name: "fresh", column: true }],
          },
        ],
      },
      tables: [
        {
          ...{ ordinal: 1, id: "table:x", kind: "table", schema: "public", name, rows: null, moreColumns: 0 },
          columns: [{ name: "id", type: "int", notNull: true, key: true, foreign: false }],
        },
      ],
    },
    "keys",
  );
  if (!box) throw new Error("there is no box");
  expect(box.lines.map((line) => [line.name, line.change])).toEqual([
    ["id", null],
    ["fresh", "added"],
  ]);
  const svg = drawingToSvg(
    { boxes: [{ ...box, x: 0, y: 0 }], edges: [], width: 100.4, height: 50 },
    palette,
    words,
  );
  expect(svg).toContain("&lt;script&gt;&amp;");
  expect(svg).toContain("<title>a &amp; b</title>");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML cannot hold
  expect(svg).not.toMatch(/\u0000|\ud800/);
  expect(svg).toContain('width="101"');
});

it("a line keeps its ends and is round at its corners", () => {
  const path = pathOf([
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
  ]);
  expect(path).toBe("M0,0L5,0Q10,0 10,5L10,10");
});
