import PostalMime from "postal-mime";
import { afterAll, beforeAll } from "vitest";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import type { Outgoing } from "../../../src/channels/contract/sending.ts";
import type { ChannelAdapter, ChannelRequest } from "../../../src/channels/contract.ts";
import { createEmailAdapter } from "../../../src/channels/email/adapter.ts";
import type { Letter } from "../../../src/domain/letter.ts";
import { channelBattery } from "../../contract/channel.ts";
import {
  type ChannelFault,
  type DeliveredMessage,
  type SampleFile,
  throughSession,
} from "../../contract/channel-harness.ts";
import { startSmtp, type TakenMail, type TestSmtp } from "../../support/mail/smtp.ts";
import { type Dovecot, startDovecot } from "../../support/services/dovecot.ts";
import { until } from "../../support/world/until.ts";
import { becomes, type Mail, mail, mailAccount, openBox, QUICK } from "./harness.ts";

/** The contract of all channels, for mailboxes: between a real Dovecot and a real SMTP server. Each test has boxes of its own. */

const CUSTOMER = "anna@example.com";
const DATE = new Date("2026-05-12T10:15:42Z");
const FILE = Buffer.alloc(70_000, "a long document ");

let server: Dovecot;
let boxes = 0;

beforeAll(async () => {
  server = await startDovecot();
}, 30_000);
afterAll(() => server?.stop());

channelBattery("email", async () => {
  const smtp = await startSmtp({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"], allowInsecureAuth: true });
  boxes += 1;
  const address = `box${boxes}@shop.test`;
  const way = { smtpHost: "127.0.0.1", smtpPort: smtp.port, smtpSecurity: "none" };
  const account = mailAccount(server, { address, ...way });
  const box = openBox(account, { timing: { ...QUICK, othersMs: 60_000 } });
  await becomes(box, "connected");
  const request: ChannelRequest = { method: "POST", headers: {}, rawBody: Buffer.from("{}"), query: {} };
  const told = narrator();
  // Those that a test asks for at once stand before it begins.
  server.deliver(address, withFile(address));
  await until(() => box.messages().length > 0, 15_000, "the letter with a file");
  const [first] = box.messages();
  const source = first?.content.attachments[0]?.source;
  if (!first || source?.by !== "channel") throw new Error("the letter has no file");
  return {
    adapter: withLetters(throughSession(createEmailAdapter(), box.session), address),
    account,
    place: { webhookUrl: "https://app.example/channels/email/acc-1", https: true },
    chatId: first.chatId,
    genuine: {
      message: () => told({ text: "Please read" }),
      saying: (text) => told({ text, headers: ["Content-Transfer-Encoding: 8bit"] }),
      ignored: () => [told({ headers: ["List-Id: <news.example.com>", "List-Unsubscribe: <mailto:u@example.com>"] })],
      withBody: (rawBody) => ({ ...request, rawBody }),
      media: () => ({ ref: source.ref, bytes: FILE }),
    },
    people: { known: { email: "new@example.com" }, nobody: { email: "not an address" } },
    forged: () => [request],
    calls: () => smtp.connections(),
    delivered: () => Promise.all(smtp.taken.map(asDelivered)),
    file: sampleFile,
    showsWhole: true,
    fault: (kind) => playFault(smtp, kind),
    async close() {
      await box.close();
      await smtp.stop();
    },
  };
});

/** A mail in a mailbox of its own, and what a session makes of it: the same each time, because each one reads it anew. */
function narrator() {
  const known = new Map<string, Promise<string>>();
  return async (of: Mail): Promise<readonly ChannelEvent[]> => {
    const key = JSON.stringify(of);
    boxes += 1;
    const own = known.get(key) ?? Promise.resolve(`told${boxes}@shop.test`);
    const address = await own;
    if (!known.has(key)) {
      known.set(key, own);
      server.deliver(address, mail({ id: `told-${boxes}`, to: address, subject: "Order", date: DATE, ...of }));
    }
    const box = openBox(mailAccount(server, { address, days: 730 }), { timing: QUICK });
    await until(
      () => [...box.letters.letters.values()].some(({ state }) => state !== "pending"),
      15_000,
      "the mail to be told or passed over",
      () => JSON.stringify(box.states),
    );
    await box.close();
    return box.events;
  };
}

/** As the relay hands letters out: with their recipients and their name fixed. */
function withLetters(adapter: ChannelAdapter, own: string): ChannelAdapter {
  return {
    ...adapter,
    send: (account, message, key) => {
      const letter: Letter = {
        messageId: `<${key}-${own}>`,
        subject: "Re: Order",
        from: { address: own },
        to: [{ address: CUSTOMER }],
        cc: [],
        class: "human",
      };
      const outgoing: Outgoing = { ...message, content: { ...message.content, letter } };
      return adapter.send(account, outgoing, key);
    },
  };
}

async function asDelivered({ raw }: TakenMail): Promise<DeliveredMessage> {
  const read = await PostalMime.parse(raw);
  const html = read.html ?? "";
  const spans = [
    ...[...html.matchAll(/<(?:b|strong)>(.*?)<\/(?:b|strong)>/g)].map(([, text]) => ({
      kind: "bold",
      text: text ?? "",
    })),
    ...[...html.matchAll(/<a [^>]*>(.*?)<\/a>/g)].map(([, text]) => ({ kind: "link", text: text ?? "" })),
  ];
  return {
    externalId: read.messageId ?? "",
    // Its plain form names the addresses of links beside them; the other has them behind the words.
    text: (read.text ?? "").replaceAll(/ <https:[^>]*>/g, "").trim(),
    spans,
    files: read.attachments.map(({ content }) => (typeof content === "string" ? content.length : content.byteLength)),
  };
}

function sampleFile(): SampleFile {
  return { bytes: FILE, name: "a.txt", mime: "text/plain" };
}

async function playFault(smtp: TestSmtp, kind: ChannelFault): Promise<void> {
  const cut = (): Promise<void> => {
    smtp.cut();
    return new Promise(() => undefined);
  };
  const faults: Readonly<Record<ChannelFault, () => Promise<void> | void>> = {
    unreachable: () => smtp.stop(),
    busy: () => {
      smtp.mailFrom = () => ({ code: 450, text: "4.2.0 later" });
    },
    // It had all of it, and kept nothing.
    "dropped-before": () => {
      smtp.data = () => {
        smtp.cut();
        return { code: 451, text: "4.3.0 gone" };
      };
    },
    "dropped-after": () => {
      smtp.hold = cut;
    },
    refused: () => {
      smtp.rcpt = () => ({ code: 550, text: "5.1.1 no such user" });
    },
    "bad-credentials": () => {
      smtp.auth = () => ({ code: 535, text: "5.7.8 no" });
    },
  };
  await faults[kind]();
}

function withFile(to: string): string {
  return [
    `From: Anna <${CUSTOMER}>`,
    `To: ${to}`,
    "Subject: A list",
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <file-${to}>`,
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="m"',
    "",
    "--m",
    "Content-Type: text/plain",
    "",
    "Here it is.",
    "--m",
    "Content-Type: text/plain; name=a.txt",
    'Content-Disposition: attachment; filename="a.txt"',
    "Content-Transfer-Encoding: base64",
    "",
    ...(FILE.toString("base64").match(/.{1,76}/g) ?? []),
    "--m--",
    "",
  ].join("\n");
}
