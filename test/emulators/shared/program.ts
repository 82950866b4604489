/** What emulators that run as programs of their own have in common. */

/** `https://app.example=http://127.0.0.1:8080`, many of them, as a map of public origins to where they are served. */
export function originsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => pair.split("=", 2) as [string, string]));
}

/** Prints one line of JSON, then serves until the program is told to stop. */
export function serve(emulator: { close(): Promise<void> }, about: object): void {
  process.stdout.write(`${JSON.stringify(about)}\n`);
  const stop = (): void => {
    void emulator.close().then(() => process.exit(0));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}
