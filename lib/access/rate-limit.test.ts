import { expect, it } from "vitest";
import { windowsToWait } from "./rate-limit";

const max = 10;
const passes = (count: number, before: number, elapsed: number) => count + before * (1 - elapsed) <= max;

it.each([
  { count: 11, before: 0, elapsed: 0.98 },
  { count: 14, before: 20, elapsed: 0.5 },
  { count: 10, before: 3, elapsed: 0.9 },
  { count: 1, before: 40, elapsed: 0.1 },
  { count: 9, before: 12, elapsed: 0.2 },
])("after the wait that is told one more attempt passes, and before it none: %o", (state) => {
  const wait = windowsToWait({ ...state, max });
  const later = (windows: number) => {
    const at = state.elapsed + windows;
    return at < 1
      ? passes(state.count + 1, state.before, at)
      : passes(1, at < 2 ? state.count : 0, at - Math.floor(at));
  };
  expect(later(wait + 0.001)).toBe(true);
  expect(later(wait - 0.001)).toBe(false);
});
