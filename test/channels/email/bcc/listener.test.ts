/** Copies of letters over a real SMTP connection, with a DNS of our own and nothing behind the channel but what it asks for. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createTransport } from "nodemailer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BccHost, BegunLetter, CopiedLetter } from "../../../../src/channels/contract/bcc.ts";
import type { ChannelEvent, MessageReceived } from "../../../../src/channels/contract/events.ts";
import { createBccAdapter } from "../../../../src/channels/email/bcc/adapter.ts";
import { createBccDesk } from "../../../../src/channels/email/bcc/desk.ts";
import { createKeptMails } from "../../../../src/channels/email/bcc/kept-mails.ts";
import {
  type BccLimits,
  type BccListener,
  type BccListenerOptions,
  startBccListener,
} from "../../../../src/channels/email/bcc/listener.ts";
import { bccAddress, bccKey } from "../../../../src/domain/bcc-address.ts";
import { portalId } from "../../../../src/domain/ids.ts";
import { createCounts } from "../../../../src/server/counts.ts";
import { makeCertificate } from "../../../support/mail/smtp.ts";
import { openSmtp, type SmtpClient } from "../../../support/mail/smtp-client.ts";
import { createSigner, createZone, type Signer, type Zone } from "../../../support/mail/zone.ts";

const KEY = bccKey(Buffer.from("0123456789abcdef"));
const DOMAIN = "crm.test";
const TO = bccAddress(KEY, DOMAIN);
const ANN = "ann@shop.example";

let folder: string;
let zone: Zone;
let signer: Signer;
let listener: BccListener;
let clients: SmtpClient[];
let begun: CopiedLetter[];
let accepted: ChannelEvent[];
let host: BccHost;
let wanted: { begin: () => BegunLetter["kind"] | "throws"; writes: () => "yes" | "no" | "cannot-tell" };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "threadline-bcc-"));
  zone = createZone();
  signer = createSigner(zone, "shop.example");
  [clients, begun, accepted] = [[], [], []];
  wanted = { begin: () => "open", writes: () => "yes" };
  host = {
    ownerOf: (key) => Promise.resolve(key === KEY ? { portal: portalId("p"), user: "7" } : undefined),
    writesFrom: () => Promise.resolve(wanted.writes()),
    begin(letter) {
      const kind = wanted.begin();
      if (kind === "throws") return Promise.reject(new Error("the store is away"));
      if (kind !== "open") return Promise.resolve({ kind });
      begun.push(letter);
      return Promise.resolve({
        kind,
        pending: { letter: "9", thread: "t9", folder: "BCC", validity: "1", uid: 5 },
        isForeign: (address) => !address.endsWith("@shop.example"),
        accept: (event) => Promise.resolve(void accepted.push(event)),
        drop: () => Promise.resolve(),
      });
    },
  };
  await listen();
});

afterEach(async () => {
  for (const client of clients) await client.close();
  await listener.close();
  await rm(folder, { recursive: true, force: true });
});

const kept = () => createKeptMails({ dataDir: folder, now: () => new Date() });

async function listen(limits: Partial<BccLimits> = {}, tls?: BccListenerOptions["tls"]): Promise<void> {
  const desk = createBccDesk({ host, kept: kept(), resolve: zone.resolve, name: DOMAIN, now: () => new Date() });
  const common = { port: 0, domain: DOMAIN, host, desk, observe: () => undefined, counts: createCounts() };
  listener = await startBccListener({ ...common, limits, ...(tls && { tls }) });
}

async function client(): Promise<SmtpClient> {
  const made = await openSmtp(listener.port);
  clients.push(made);
  return made;
}

interface Written {
  readonly from?: string;
  readonly to?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

function letter({ from = `Ann <${ANN}>`, to = "Maria <maria@customer.example>", headers = [], body }: Written = {}) {
  return [
    `From: ${from}`,
    `To: ${to}`,
    "Subject: Our offer",
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    "Message-ID: <offer-1@shop.example>",
    ...headers,
    ...(body === undefined ? ["", "Here it is."] : [body]),
    "",
  ].join("\r\n");
}

async function send(source: string, { from = ANN, to = TO } = {}): Promise<string> {
  return await (await client()).mail(from, to, source);
}

const offer = () => accepted[0] as MessageReceived;

describe("a copy of a letter", () => {
  it("is the letter as it lies in the sender's Sent folder, to its customer, without the address that copies go to", async () => {
    const to = `Boss <boss@shop.example>, Maria <maria@customer.example>, ${TO}`;
    const answer = await send(await signer.sign(letter({ to, headers: [`Bcc: ${TO}`] })));
    expect(answer).toBe("250 2.0.0 Taken into the customer's card");
    expect(begun).toMatchObject([
      { owner: { user: "7" }, sender: ANN, sent: true, messageId: "<offer-1@shop.example>" },
    ]);
    expect(offer()).toMatchObject({
      kind: "message",
      ...{
        key: "letter:9",
        chatId: "t9",
        fromDevice: true,
        customer: { email: "maria@customer.example", name: "Maria" },
      },
      content: {
        body: { text: "Here it is." },
        letter: {
          subject: "Our offer",
          from: { address: ANN },
          to: [{ address: "boss@shop.example" }, { address: "maria@customer.example" }],
          class: "human",
        },
      },
    });
    expect(JSON.stringify(accepted)).not.toContain(KEY);
  });

  it("has its files out of the copy, for as long as that is kept", async () => {
    const body = [
      'Content-Type: multipart/mixed; boundary="m"',
      "",
      "--m",
      "Content-Type: text/html",
      "",
      "<p>Here <b>it</b> is.</p>",
      "--m",
      "Content-Type: text/plain",
      'Content-Disposition: attachment; filename="price.txt"',
      "",
      "100",
      "--m--",
    ].join("\r\n");
    await send(await signer.sign(letter({ headers: ["MIME-Version: 1.0"], body })));
    const { attachments = [] } = offer().content;
    expect(attachments.map(({ name, role }) => [name, role])).toEqual([
      ["letter.html", "letter"],
      ["price.txt", undefined],
    ]);
    const { openMedia } = createBccAdapter({ kept: kept() });
    const open = async (source: unknown) => {
      const { ref } = source as { ref: string };
      const opened = await openMedia?.(undefined as never, ref, AbortSignal.timeout(1_000));
      if (opened?.kind !== "opened") return opened;
      return await text(opened.stream);
    };
    expect(await open(attachments[1]?.source)).toBe("100");
    expect(await open(attachments[0]?.source)).toContain("<b>it</b>");
    await rm(join(folder, "bcc"), { recursive: true });
    expect(await open(attachments[1]?.source)).toMatchObject({ kind: "gone" });
    expect(await open({ ref: "../../etc/passwd" })).toMatchObject({ kind: "gone" });
  });

  it("that is known already is taken with thanks, and told once", async () => {
    wanted.begin = () => "known";
    expect(await send(await signer.sign(letter()))).toBe("250 2.0.0 This letter stands in the customer's card already");
    expect(accepted).toEqual([]);
  });

  it("is sent again when it could not be stored, or a mailbox is at it", async () => {
    wanted.begin = () => "throws";
    expect(await send(await signer.sign(letter()))).toMatch(/^451 4\.3\.0 /);
    wanted.begin = () => "busy";
    expect(await send(await signer.sign(letter()))).toMatch(/^451 4\.3\.2 /);
    host.ownerOf = () => Promise.reject(new Error("the store is away"));
    expect(await send(letter())).toMatch(/^451 4\.3\.0 /);
  });
});

describe("a letter of a customer that is forwarded as an attachment", () => {
  const forwarded = (inner: string) =>
    letter({
      to: TO,
      headers: ["MIME-Version: 1.0"],
      body: [
        'Content-Type: multipart/mixed; boundary="m"',
        "",
        "--m",
        "Content-Type: text/plain",
        "",
        "For the card.",
        "--m",
        "Content-Type: message/rfc822",
        "Content-Disposition: attachment",
        "",
        inner,
        "--m--",
      ].join("\r\n"),
    });
  const theirs = [
    "From: Maria <maria@customer.example>",
    `To: ${ANN}`,
    "Subject: A question",
    "Message-ID: <q@c.example>",
  ];

  it("is that letter, from the customer", async () => {
    // What forwards it goes to nobody but the address itself.
    const kinds = ["own", "open"] as const;
    let asked = 0;
    wanted.begin = () => kinds[asked++] ?? "throws";
    const answer = await send(await signer.sign(forwarded([...theirs, "", "How much is it?"].join("\r\n"))));
    expect(answer).toMatch(/^250 /);
    expect(begun).toMatchObject([
      { sent: false, messageId: "<q@c.example>", from: { address: "maria@customer.example" } },
    ]);
    expect(offer()).toMatchObject({
      customer: { email: "maria@customer.example" },
      content: { body: { text: "How much is it?" }, letter: { subject: "A question", class: "human" } },
    });
    expect(offer().fromDevice).toBeUndefined();
  });

  it("is refused when no person wrote it, and so is a letter to nobody", async () => {
    wanted.begin = () => "own";
    const machine = [...theirs, "Auto-Submitted: auto-replied", "", "I am away."].join("\r\n");
    expect(await send(await signer.sign(forwarded(machine)))).toMatch(/^550 5\.6\.0 What is attached is no letter/);
    expect(await send(await signer.sign(letter({ to: "boss@shop.example" })))).toMatch(
      /^550 5\.6\.0 No customer is named/,
    );
  });
});

describe("who sends is proved", () => {
  it("by the domain's signature over all of it, and by nothing less", async () => {
    const signed = await signer.sign(letter());
    expect(await send(signed, { from: "bounce@elsewhere.example" })).toMatch(/^250 /);
    const refused = /^550 5\.7\.26 It is not proved that this letter comes from shop\.example/;
    expect(await send(letter())).toMatch(refused);
    expect(await send(signed.replace("Here it is.", "Here it was."))).toMatch(refused);
    expect(await send(await signer.sign(letter(), { length: 5 }))).toMatch(refused);
    const other = createSigner(zone, "elsewhere.example");
    expect(await send(await other.sign(letter()))).toMatch(refused);
    expect(accepted).toHaveLength(1);
  });

  it("or by SPF of the very domain that stands in From", async () => {
    zone.texts.set("shop.example", ["v=spf1 ip4:127.0.0.1 -all"]);
    zone.texts.set("elsewhere.example", ["v=spf1 ip4:127.0.0.1 -all"]);
    zone.texts.set("strict.example", ["v=spf1 ip4:192.0.2.1 -all"]);
    expect(await send(letter())).toMatch(/^250 /);
    expect(await send(letter(), { from: "someone@elsewhere.example" })).toMatch(/^550 5\.7\.26 /);
    expect(await send(letter({ from: "x@strict.example" }), { from: "x@strict.example" })).toMatch(/^550 5\.7\.26 /);
  });

  it("or by SPF of a name below it where the domain's own policy lets that count", async () => {
    zone.texts.set("mail.shop.example", ["v=spf1 ip4:127.0.0.1 -all"]);
    expect(await send(letter(), { from: "ann@mail.shop.example" })).toMatch(/^550 5\.7\.26 /);
    zone.texts.set("_dmarc.shop.example", ["v=DMARC1; p=reject"]);
    expect(await send(letter(), { from: "ann@mail.shop.example" })).toMatch(/^250 /);
    zone.texts.set("_dmarc.shop.example", ["v=DMARC1; p=reject; aspf=s"]);
    expect(await send(letter(), { from: "ann@mail.shop.example" })).toMatch(/^550 5\.7\.26 /);
  });

  it("later, when the DNS does not answer", async () => {
    zone.silent.add("s1._domainkey.shop.example");
    expect(await send(await signer.sign(letter()))).toMatch(/^451 4\.4\.3 /);
  });

  it("and has to be an address of the employee", async () => {
    wanted.writes = () => "no";
    expect(await send(await signer.sign(letter()))).toMatch(
      /^550 5\.7\.1 ann@shop\.example is not known as an address/,
    );
    wanted.writes = () => "cannot-tell";
    expect(await send(await signer.sign(letter()))).toMatch(/^451 4\.4\.3 /);
    expect(begun).toEqual([]);
  });

  it.each([
    ["two senders", { from: `Ann <${ANN}>, Eve <eve@elsewhere.example>` }],
    ["a second From", { headers: ["From: eve@elsewhere.example"] }],
    ["a second subject", { headers: ["Subject: Another"] }],
  ])("and only one may stand in it: not %s", async (_name, change) => {
    expect(await send(await signer.sign(letter(change)))).toMatch(/^550 5\.(6\.0|7\.26) /);
    expect(begun).toEqual([]);
  });
});

describe("what is no letter of an employee is refused", () => {
  it.each([
    ["an automatic answer", ["Auto-Submitted: auto-replied"]],
    ["one of our own automatic letters", ["X-Threadline-Automatic: auto-generated"]],
  ])("%s", async (_name, headers) => {
    expect(await send(await signer.sign(letter({ headers })))).toMatch(
      /^550 5\.7\.1 This is no letter that a person wrote/,
    );
  });

  it("a report without a sender", async () => {
    expect(await send(letter(), { from: "" })).toMatch(/^550 5\.7\.1 /);
  });

  it("mail for other domains, and for addresses that nobody has", async () => {
    expect(await send(letter(), { to: "maria@customer.example" })).toMatch(
      /^550 5\.7\.1 This server takes mail for its own/,
    );
    const wrong = bccAddress(bccKey(Buffer.alloc(16)), DOMAIN);
    for (const to of [wrong, `info@${DOMAIN}`]) expect(await send(letter(), { to })).toMatch(/^550 5\.1\.1 /);
  });
});

describe("the server", () => {
  it("offers no sign-in, and no encryption without a certificate", async () => {
    const { say } = await client();
    const offered = await say("EHLO mail.shop.example");
    expect(offered).toContain("SIZE 31457280");
    expect(offered).not.toMatch(/AUTH|STARTTLS|XCLIENT/);
    expect(await say("AUTH PLAIN AGEAYg==")).toMatch(/^50\d /);
  });

  it("takes one recipient at a time, each with an answer of its own", async () => {
    const { say } = await client();
    await say(`MAIL FROM:<${ANN}>`);
    expect(await say(`RCPT TO:<${TO.toUpperCase()}>`)).toMatch(/^250 /);
    expect(await say(`RCPT TO:<${TO}>`)).toMatch(/^452 4\.5\.3 /);
    await say("RSET");
    await say(`MAIL FROM:<${ANN}>`);
    expect(await say(`RCPT TO:<${TO}>`)).toMatch(/^250 /);
  });

  it("refuses what is too large, too much and too many", async () => {
    await listener.close();
    await listen({ bytes: 2_000, lettersAMinute: 2, missesAnHour: 2, clientsOfOne: 2 });
    const large = await signer.sign(letter({ body: `\r\n${"x".repeat(70)}\r\n`.repeat(60) }));
    expect(await send(large)).toMatch(/^552 5\.3\.4 /);
    expect(await send(await signer.sign(letter()))).toMatch(/^250 /);
    expect((await client()).greeting).toMatch(/^421 4\.7\.0 /);
    for (const one of clients.splice(0)) await one.close();
    const flood = await client();
    await flood.say(`MAIL FROM:<${ANN}>`);
    expect(await flood.say(`RCPT TO:<${TO}>`)).toMatch(/^451 4\.7\.1 /);
    const guess = () => flood.say(`RCPT TO:<${bccAddress(bccKey(Buffer.alloc(16)), DOMAIN)}>`);
    expect(await guess()).toMatch(/^550 5\.1\.1 /);
    expect(await guess()).toMatch(/^550 5\.1\.1 /);
    expect(await guess()).toMatch(/^421 /);
    expect((await client()).greeting).toMatch(/^421 4\.7\.0 /);
  });

  it("encrypts where it has a certificate", async () => {
    await listener.close();
    const { key, cert } = makeCertificate();
    const files = { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
    await expect(listen({}, files)).rejects.toThrow("cert.pem");
    await Promise.all([writeFile(files.certFile, cert), writeFile(files.keyFile, key)]);
    await listen({}, files);
    const [signed, sender] = [
      await signer.sign(letter()),
      createTransport({ ...secure, port: listener.port, tls: { ca: cert } }),
    ];
    const sent = await sender.sendMail({ envelope: { from: ANN, to: [TO] }, raw: signed });
    expect(sent.response).toMatch(/^250 2\.0\.0 /);
    sender.close();
  });
});

const secure = { host: "localhost", requireTLS: true, name: "mail.shop.example" };
