import { describe, expect, it } from "vitest";
import { nearestName } from "./nearest-name";

describe("the name that was probably meant", () => {
  const names = ["public.orders", "public.order_lines", "shop.customers", "shop.events", "audit.events_2026"];
  it.each([
    ["public.ordres", "public.orders"],
    ["public.Orders", "public.orders"],
    ["sales.orders", "public.orders"],
    ["public.evnts", "shop.events"],
    ["shop.x", null],
    ["shop.customer", "shop.customers"],
    ["shop.eventos", "shop.events"],
    ["public.payments", null],
    ["x", null],
    ["", null],
  ])("of %s is %s", (wanted, nearest) => {
    expect(nearestName(wanted, names)).toBe(nearest);
  });

  it("is the same in other letters before one that is a letter apart", () => {
    expect(nearestName("Item", ["items", "item", "ite"])).toBe("item");
  });
});
