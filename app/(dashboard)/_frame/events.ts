/** The frame's parts call each other through the window, so that none of them carries the others' code. */
const KEYS = "frame:keys";
const PALETTE = "frame:palette";

export function askForKeys(): void {
  window.dispatchEvent(new Event(KEYS));
}

export function askForPalette(): void {
  window.dispatchEvent(new Event(PALETTE));
}

/** @returns a function that stops listening */
export function onAsk(what: "keys" | "palette", listener: () => void): () => void {
  const name = what === "keys" ? KEYS : PALETTE;
  window.addEventListener(name, listener);
  return () => window.removeEventListener(name, listener);
}
