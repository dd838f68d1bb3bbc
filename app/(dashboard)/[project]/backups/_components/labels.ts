/** Labels as they are typed into one field, and read from it. */
export const labelsText = (labels: readonly string[]): string => labels.join(", ");

export const labelsOf = (text = ""): string[] =>
  text
    .split(",")
    .map((label) => label.trim())
    .filter(Boolean);
