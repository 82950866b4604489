/**
 * What a refusal means: for ever (`hard`) or for now (`soft`). By the enhanced status (RFC 3463), else by the three digits of
 * SMTP (RFC 5321), else by words. A full mailbox and a server that never answered are reported with permanent codes by some
 * servers; they pass all the same.
 */
export interface Verdict {
  readonly kind: "hard" | "soft";
  readonly status: string | undefined;
}

const ENHANCED = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;
const BASIC = /(?:^|[\s:;(<"'#-])([45]\d\d)(?=[\s\-:;,)>]|$)/;

const PASSES =
  /quota|mailbox (?:is |size |storage )*(?:full|exceeded|limit)|(?:mail ?box|mail ?folder|inbox|storage)[^.\n]{0,40}\bfull\b|mailbox exceeds|over ?quota|insufficient (?:disk|system) ?(?:space|storage|resources)|out of storage|not enough (?:disk )?space|переполнен|превышен[аы]? квота|нет места|postfach[^.\n]{0,30}voll|speicherplatz|buz[oó]n[^.\n]{0,30}lleno|cuota|max (?:emails|defers)[^.\n]{0,30} per hour/i;

const GAVE_UP =
  /retry (?:timeout|time) exceeded|retry time not reached|timed? ?out|time limit exceeded|too long in the queue|not respond|did not accept our requests to connect|failing for a long time|multiple retries|aborted after \d|not delivered within \d|socket error|try again|in the queue too long|message expired|delivery time expired|expired|could not be contacted|connection (?:refused|timed out|dropped|lost)|no route to host|temporar|try again later|greylist|превышено время|истекло|zeitüberschreitung|tiempo de espera/i;

/** `said` is the Status field of a report; it may be as empty as 5.0.0, then the words of the other server decide. */
export function verdictOf(said: string | undefined, words: string): Verdict {
  const enhanced = said !== undefined && !/^[45]\.0\.0$/.test(said) ? said : (ENHANCED.exec(words)?.[1] ?? said);
  const basic = BASIC.exec(words)?.[1];
  const status = enhanced ?? undefined;
  if (enhanced !== undefined && !/^[45]\.0\.0$/.test(enhanced)) {
    return { kind: softByStatus(enhanced) || PASSES.test(words) ? "soft" : "hard", status };
  }
  if (PASSES.test(words)) return { kind: "soft", status };
  if (basic !== undefined) return { kind: basic.startsWith("4") ? "soft" : "hard", status };
  if (GAVE_UP.test(words)) return { kind: "soft", status };
  return { kind: enhanced?.startsWith("4") === true ? "soft" : "hard", status };
}

/** 5.2.2 mailbox full, 5.4.7 (Exchange: 5.4.316) given up after days of trying. */
const softByStatus = (status: string): boolean =>
  status.startsWith("4") || status === "5.2.2" || status === "5.4.7" || status === "5.4.316";
