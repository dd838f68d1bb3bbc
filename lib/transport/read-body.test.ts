import { expect, it } from "vitest";
import { isTooDeep, readText } from "./read-body";

/** A body in pieces whose length nobody announced. */
function endless(): { request: Request; sent: () => number } {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1024;
      controller.enqueue(new Uint8Array(1024).fill(97));
    },
  });
  const init = { method: "POST", body, duplex: "half" } as RequestInit;
  return { request: new Request("http://here.invalid", init), sent: () => sent };
}

it("reads a body, its letters whole across pieces", async () => {
  const request = new Request("http://here.invalid", { method: "POST", body: "añadir €" });
  expect(await readText(request, 100)).toBe("añadir €");
});

it("stops reading a body without end at the limit", async () => {
  const { request, sent } = endless();
  expect(await readText(request, 10_000)).toBeNull();
  expect(sent()).toBeLessThan(20_000);
});

it("knows JSON that nests deeper than a stack, and is not misled by brackets in texts", () => {
  expect(isTooDeep("[".repeat(101))).toBe(true);
  expect(isTooDeep(`{"a":${'{"a":['.repeat(60)}`)).toBe(true);
  expect(isTooDeep(JSON.stringify({ up: `"\\${"[".repeat(500)}`, list: Array(500).fill([{}]) }))).toBe(false);
});
