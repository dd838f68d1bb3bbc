import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

// Our sizes of type are no colours, whatever their names look like to the merger.
const merge = extendTailwindMerge({
  extend: { classGroups: { "font-size": [{ text: ["meta", "table", "body", "lead", "title"] }] } },
});

/** Joins class names; later utilities win over earlier ones of the same kind. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
