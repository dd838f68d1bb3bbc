/** What a migration requires is asked of those that are to run, and not of those that are left for later. */
export function concerns(problem: { code: string; filename?: string }, due: { filename: string }[]): boolean {
  return problem.code !== "requires_missing" || due.some(({ filename }) => filename === problem.filename);
}
