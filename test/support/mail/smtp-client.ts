import { once } from "node:events";
import { connect } from "node:net";

/** Speaks SMTP line by line, so that a test sees each answer and may say what no library would. */
export interface SmtpClient {
  readonly greeting: string;
  /** Sends a line and answers the server's. */
  say(line: string): Promise<string>;
  /** From the envelope to the last dot: what the mail, or whichever step failed, was answered. */
  mail(from: string, to: string, source: string): Promise<string>;
  /** Resolves when the server has seen it too, as far as a closed socket tells. */
  close(): Promise<void>;
}

export async function openSmtp(port: number, helo = "mail.shop.example"): Promise<SmtpClient> {
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8");
  let heard = "";
  let wake = (): void => undefined;
  let ended = false;
  socket.on("data", (text: string) => {
    heard += text;
    wake();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    ended = true;
    wake();
  });

  /** The next answer: lines up to one without a dash behind its code. */
  async function hear(): Promise<string> {
    for (;;) {
      const whole = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(heard)?.[0];
      if (whole !== undefined) {
        heard = heard.slice(whole.length);
        return whole.trimEnd();
      }
      if (ended) return "closed";
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  async function say(line: string): Promise<string> {
    socket.write(`${line}\r\n`);
    return await hear();
  }

  await once(socket, "connect");
  const greeting = await hear();
  if (greeting.startsWith("220")) await say(`EHLO ${helo}`);
  return {
    greeting,
    say,
    async mail(from, to, source) {
      for (const line of [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, "DATA"]) {
        const answer = await say(line);
        if (!/^[23]/.test(answer)) return answer;
      }
      const dotted = source.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..");
      return await say(`${dotted}\r\n.`);
    },
    async close() {
      if (socket.destroyed) return;
      const closed = once(socket, "close");
      socket.end();
      await closed;
    },
  };
}
