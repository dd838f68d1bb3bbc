import fc from "fast-check";

/** Draws values on demand (fast-check's `gen`). */
export type Draw = fc.GeneratorValue;

const ODD = [
  "plain",
  "Upper Case",
  "dot.ted",
  'quo"ted',
  "it's",
  "back\\slash",
  "$$",
  "$1",
  "select",
  "user",
  "table",
  "😀 emoji",
  "ñandú",
  "new\nline",
  "tab\t",
  "--",
  "/*",
  ";",
  "%s",
  ":x",
  "old",
  "中文表",
  "(paren)",
  "a,b",
  "x".repeat(60),
];

/** A name of at most 63 bytes; the number keeps it apart from all others. */
export function drawName(draw: Draw, number: number): string {
  const odd = draw(fc.constantFrom, ...ODD);
  let name = draw(fc.boolean) ? `${odd}${number}` : `n${number}`;
  while (Buffer.byteLength(name) > 63) name = name.slice(1);
  return name;
}

const PIECES = [
  "$$",
  "$function$",
  "$_$",
  "\\",
  "\\n",
  "'",
  "''",
  '"',
  "\n",
  "/* ",
  " */",
  "--",
  ";",
  "BEGIN",
  "E'",
  "{}",
  "%",
  "😀",
  "ß",
  " AS ",
  ")",
];

/** Any text that a definition or comment may hold. */
export function drawText(draw: Draw): string {
  const pieces = draw(
    fc.array,
    fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4, unit: "grapheme" })),
    {
      maxLength: 4,
    },
  ) as string[];
  return pieces.join("").replaceAll("\u0000", "");
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function constant(text: string): string {
  const inner = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? `E${inner.replaceAll("\\", "\\\\")}` : inner;
}

/** A body between dollar signs that the body does not hold. */
export function dollarQuoted(body: string): string {
  let tag = "$b$";
  for (let i = 0; body.includes(tag.slice(0, -1)); i++) tag = `$b${i}$`;
  return `${tag}${body}${tag}`;
}
