import { describe, expect, it } from "vitest";
import { localPath } from "./local-path";

describe("the page to go to after signing in", () => {
  it("is a path of this site with its query", () => {
    expect(localPath("/shop/deployments/4?tab=log#end")).toBe("/shop/deployments/4?tab=log#end");
  });

  it.each([
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "/%2e//evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    ["/a"],
    undefined,
  ])("never leads to another site: %j", (value) => {
    const path = localPath(value);
    expect(new URL(path, "http://own.example").origin).toBe("http://own.example");
  });
});
