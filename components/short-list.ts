import { useFormatter, useTranslations } from "next-intl";

/** A list of names in a sentence: the first `most`, and how many more there are. */
export function useShortList(): (names: readonly string[], most: number) => string {
  const t = useTranslations("common");
  const format = useFormatter();
  return (names, most) => {
    const rest = names.length - most;
    return format.list([...names.slice(0, most), ...(rest > 0 ? [t("others", { count: rest })] : [])]);
  };
}
