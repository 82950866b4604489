const MINUTE_MS = 60_000;

export type Later = "hour" | "evening" | "tomorrow" | "monday";

/** When what is put off comes back, by the page's clock. An evening that has begun is not offered. */
export function laterTimes(now: Date): readonly { readonly name: Later; readonly at: Date }[] {
  const at = (days: number, hour: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, 0, 0, 0);
  const evening = at(0, 18);
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  return [
    { name: "hour", at: new Date(now.getTime() + 60 * MINUTE_MS) },
    ...(evening.getTime() - now.getTime() > 60 * MINUTE_MS ? [{ name: "evening" as const, at: evening }] : []),
    { name: "tomorrow", at: at(1, 9) },
    ...(untilMonday > 1 ? [{ name: "monday" as const, at: at(untilMonday, 9) }] : []),
  ];
}
