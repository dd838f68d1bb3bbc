import { NextRequest } from "next/server";
import { expect, it } from "vitest";
import { POST } from "@/app/api/auth/[...nextauth]/route";

/** A body that never ends, unless nobody reads on. */
function endless(): { body: ReadableStream<Uint8Array>; sent: () => number } {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1024;
      controller.enqueue(new Uint8Array(1024).fill(97));
    },
  });
  return { body, sent: () => sent };
}

const context = { params: Promise.resolve({ nextauth: ["callback", "credentials"] }) };
const url = "http://localhost/api/auth/callback/credentials";

it("signing in reads no more of a body than a form may have", async () => {
  const { body, sent } = endless();
  const request = new NextRequest(url, { method: "POST", body, duplex: "half" } as never);
  expect((await POST(request, context)).status).toBe(413);
  expect(sent()).toBeLessThan(64 * 1024);
});

it("a length that is too long is not read at all", async () => {
  const { body, sent } = endless();
  const headers = { "content-length": "1000000" };
  const request = new NextRequest(url, { method: "POST", body, headers, duplex: "half" } as never);
  const before = sent();
  expect((await POST(request, context)).status).toBe(413);
  expect(sent() - before).toBeLessThan(4096);
});
