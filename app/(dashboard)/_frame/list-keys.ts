/** j and k walk the rows of the page's first list; enter is the link's own, o opens it too. */
function rowLinks(): HTMLElement[] {
  return Array.from(document.querySelectorAll<HTMLElement>("[data-row-link]")).filter(
    (link) => link.offsetParent !== null,
  );
}

/** @returns whether there is a list */
export function moveInList(step: 1 | -1): boolean {
  const links = rowLinks();
  if (links.length === 0) return false;
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next =
    at === -1 ? (step === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
  links[next]?.focus();
  links[next]?.scrollIntoView({ block: "nearest" });
  return true;
}

/** @returns whether a row had the focus */
export function openInList(): boolean {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || focused.dataset.rowLink === undefined) return false;
  focused.click();
  return true;
}
