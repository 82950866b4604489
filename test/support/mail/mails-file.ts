/** Reads the `.mails` files of `test/fixtures/mail`: several mails with what is expected of each. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface FixtureMail {
  /** File and title. */
  readonly name: string;
  readonly source: Buffer;
  /** What stands behind `%%% visible` or another such line. */
  readonly expected: string;
}

export function mailsIn(folder: string): readonly FixtureMail[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".mails"))
    .sort()
    .flatMap((file) => mailsOf(file, readFileSync(join(folder, file), "utf8")));
}

function mailsOf(file: string, text: string): readonly FixtureMail[] {
  return text
    .split(/^%%% mail /m)
    .slice(1)
    .map((one) => {
      const [, title, source, expected] = /^([^\n]*)\n([\s\S]*?)\n%%% \w+\n([\s\S]*)$/.exec(one) ?? [];
      if (title === undefined || source === undefined || expected === undefined) {
        throw new Error(`${file}: a mail without title, text or expectation: ${one.slice(0, 80)}`);
      }
      return { name: `${file} ${title}`, source: Buffer.from(source), expected };
    });
}
