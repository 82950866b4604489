/**
 * `npm run -s inspect -- <what>`: what the app sees in a text, a mail or a message, through the very functions that the
 * workers call. For support, and for other programs: on stdout stands nothing but JSON, one value a line, each written as
 * soon as it is known. Reads nothing but its input and writes nothing but its output, so it can be stopped at any time.
 */
import { stdin, stdout } from "node:process";
import type { Command } from "./command.ts";
import { contacts } from "./contacts.ts";
import { decision } from "./decision.ts";
import { mail } from "./mail.ts";
import { threads } from "./threads.ts";

/** A new one is a file that exports a `Command`, and a line here. */
const commands: ReadonlyMap<string, Command> = new Map([
  ["contacts", contacts],
  ["decision", decision],
  ["mail", mail],
  ["threads", threads],
]);

const usage = (): string =>
  [
    "Usage: npm run -s inspect -- <command>",
    "",
    ...[...commands].map(
      ([name, { synopsis, about }]) => `  ${name}${synopsis === "" ? "" : ` ${synopsis}`}\n    ${about}`,
    ),
    "",
    "Exit codes: 0 everything was answered, 1 at least one answer is {error}, 2 wrong usage.",
    "",
  ].join("\n");

const [name = "", ...args] = process.argv.slice(2);
const command = commands.get(name);

// Whoever reads may have seen enough (`| head`): that is no failure of ours.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

if (command !== undefined) {
  process.exitCode = await command.run({ args, input: stdin, output: stdout });
} else if (["help", "--help", "-h"].includes(name)) {
  process.stderr.write(usage());
} else {
  process.stderr.write(`${name === "" ? "Say what to inspect." : `There is no command "${name}".`}\n\n${usage()}`);
  process.exitCode = 2;
}
