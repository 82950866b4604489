export const en = {
  title: "Find in the conversation",
  words: "Words to find",
  older: "Earlier one",
  newer: "Later one",
  close: "Close the search",
  count: "{at} of {count}",
  countMore: "{at} of more than {count}",
  none: "Nothing found",
  searching: "Searching…",
  searchingTo: "Searching, back to {day} so far…",
  found: "Messages found",
  day: "Go to a day",
  noDay: "Nothing was written on that day or later.",
} as const satisfies Readonly<Record<string, string>>;

export type FindKey = keyof typeof en;
export type FindTexts = Readonly<Record<FindKey, string>>;
