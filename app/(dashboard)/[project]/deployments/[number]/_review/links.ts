/** The editor of a migration, at a line when one is given. */
export function editorHref(slug: string, service: string, filename: string, line?: number | null): string {
  const path = `/${slug}/migrations/open`;
  const query = new URLSearchParams({ service, filename, ...(line ? { line: String(line) } : {}) });
  return `${path}?${query}`;
}
