import { NextRequest } from "next/server";
import { expect, it } from "vitest";
import { proxy } from "@/proxy";

const statusOf = (path: string, method: string, headers: Record<string, string>) =>
  proxy(new NextRequest(`http://here.test${path}`, { method, headers: { host: "here.test", ...headers } }))
    .status;

it.each([
  ["another origin", { origin: "http://evil.test" }],
  ["an origin that hides", { origin: "null" }],
  ["no origin at all", {}],
  ["a neighbour of our site", { origin: "http://here.test", "sec-fetch-site": "same-site" }],
])("a page takes nothing from %s", (_, headers) => {
  expect(
    statusOf("/account", "POST", { "next-action": "1", cookie: "dbmigrator.session=x", ...headers }),
  ).toBe(403);
});

it("a page takes what it sent itself, and everybody may look; the API looks at origins itself", () => {
  expect(statusOf("/account", "POST", { origin: "http://here.test" })).toBe(200);
  expect(statusOf("/account", "POST", { "sec-fetch-site": "same-origin" })).toBe(200);
  expect(statusOf("/account", "GET", { origin: "http://evil.test" })).toBe(200);
  expect(statusOf("/api/v1/migrations", "POST", { authorization: "Bearer x" })).toBe(200);
});
