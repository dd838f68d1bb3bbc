import { expect, it } from "vitest";
import { toCsv, toJson, toTsv } from "./export";

const result = {
  columns: [
    { name: "id", type: "integer" },
    { name: "note", type: "text" },
    { name: "id", type: "bigint" },
    { name: "ok", type: "boolean" },
    { name: "data", type: "jsonb" },
  ],
  rows: [
    ["1", 'say "hi",\nthere', "9007199254740993", "t", '{"a": [1]}'],
    ["2", null, "", "f", null],
  ],
};

it("tells an empty text from NULL in CSV, and quotes what needs it", () => {
  expect(toCsv(result)).toBe(
    '\uFEFFid,note,id,ok,data\r\n1,"say ""hi"",\nthere",9007199254740993,t,"{""a"": [1]}"\r\n2,,"",f,\r\n',
  );
});

it("keeps large numbers exact in JSON and columns of one name apart", () => {
  expect(JSON.parse(toJson(result))).toEqual([
    { id: 1, note: 'say "hi",\nthere', id_2: "9007199254740993", ok: true, data: { a: [1] } },
    { id: 2, note: null, id_2: "", ok: false, data: null },
  ]);
});

it("keeps one row on one line for spreadsheets", () => {
  expect(toTsv(result).split("\n")).toHaveLength(3);
});

it("gives a spreadsheet no formula to run, and leaves numbers alone", () => {
  const columns = [{ name: "=x", type: "text" }];
  const rows = [['=HYPERLINK("http://x")'], ["+1+1"], ["-12.50"], ["@SUM(A1)"], ["\t=1"], ["-1e5"], ["a=b"]];
  expect(toCsv({ columns, rows }).split("\r\n")).toEqual([
    "\uFEFF'=x",
    '"\'=HYPERLINK(""http://x"")"',
    "'+1+1",
    "-12.50",
    "'@SUM(A1)",
    "'\t=1",
    "-1e5",
    "a=b",
    "",
  ]);
  expect(toTsv({ columns, rows }).split("\n")[1]).toBe('\'=HYPERLINK("http://x")');
});
