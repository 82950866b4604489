/** Waits for a condition by looking at it, not by sleeping a guessed time. Throws with what was waited for. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  what: string,
  describe?: () => string | Promise<string>,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > end)
      throw new Error(
        `waited ${Math.round(timeoutMs / 1000)} s in vain for ${what}${describe ? `\n${await describe()}` : ""}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
