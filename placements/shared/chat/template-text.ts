/** A template's text with what was typed into its gaps; an empty gap stays as it is. */
export const fillGaps = (body: string, variables: readonly string[]): string =>
  body.replace(/\{\{(\d{1,3})\}\}/g, (gap, number: string) => {
    const value = variables[Number(number) - 1]?.trim() ?? "";
    return value === "" ? gap : value;
  });

/** A template's name as words: vendors allow small letters and underscores alone. */
export const firstWords = (name: string): string => {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
