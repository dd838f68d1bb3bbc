import { expect, it } from "vitest";
import { isReadablePath } from "./web";

it.each([
  ["/api/v1/migrations/%E0%A4%A", false],
  ["/projects/%ff", false],
  ["/demo/%C3%A1?q=%ff", true],
  ["/", true],
])("tells an address whose escapes cannot be read: %s", (url, readable) => {
  expect(isReadablePath(url)).toBe(readable);
});
