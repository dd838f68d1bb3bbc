/** What a field's rule says, as a key: `errors.text.small-letters-and-digits`. */
export function textKey(sentence: string): string {
  return sentence
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/**
 * Key of what to do about a failure. One that tells another failure's words has the other's, unless it has its own.
 * @param because code of the other failure
 * @param has whether there is a message of that key
 */
export function hintKey(
  code: string,
  because: string | number | undefined,
  has: (key: string) => boolean,
): string {
  const own = `${code}_hint`;
  return because === undefined || has(own) ? own : `${because}_hint`;
}
