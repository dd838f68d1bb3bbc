/** What a field's rule says, as a key: `errors.text.small-letters-and-digits`. */
export function textKey(sentence: string): string {
  return sentence
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
