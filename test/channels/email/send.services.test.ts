import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { ThreadHead } from "../../../src/channels/contract/letters.ts";
import type { Outgoing } from "../../../src/channels/contract/sending.ts";
import { createLetterSender, type LetterSender, type SenderBox } from "../../../src/channels/email/send.ts";
import { mediaId } from "../../../src/domain/ids.ts";
import type { Letter } from "../../../src/domain/letter.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { startSmtp, type TestSmtp } from "../../support/mail/smtp.ts";

let plain: TestSmtp;
let tls: TestSmtp;
beforeAll(async () => {
  [plain, tls] = await Promise.all([startSmtp(), startSmtp({ secure: true })]);
});
afterAll(() => Promise.all([plain.stop(), tls.stop()]));

let smtp: TestSmtp;
let memory: Map<string, Buffer>;
let folder: Map<string, Buffer>;
let breaks: { folder: number; memory: boolean };
let unfiled: string[];
let open: LetterSender[];
const now = () => new Date("2026-11-29T10:00:00Z");

beforeEach(() => {
  smtp = plain;
  for (const one of [plain, tls])
    Object.assign(one, {
      rcpt: () => undefined,
      mailFrom: () => undefined,
      data: () => undefined,
      auth: () => undefined,
      hold: () => Promise.resolve(),
    });
  memory = new Map();
  folder = new Map();
  breaks = { folder: 0, memory: false };
  unfiled = [];
  open = [];
  return () => {
    for (const sender of open) sender.close();
  };
});

function sender(box: Partial<SenderBox> = {}, head?: ThreadHead, silenceMs = 5_000): LetterSender {
  const made = createLetterSender({
    box: {
      from: { address: "sales@shop.example", name: "Shop" },
      smtp: { host: "localhost", port: smtp.port, security: smtp === tls ? "tls" : "starttls" },
      filesItself: false,
      refused: "The password is wrong. Type it again.",
      signIn: async () => ({ kind: "password", user: "sales@shop.example", password: "secret" }),
      ...box,
    },
    sent: {
      has: async (id) => folder.has(id),
      append: async (raw) => {
        const bytes = await buffer(raw);
        if (breaks.folder > 0) {
          breaks.folder -= 1;
          throw new Error("the folder is away");
        }
        folder.set((await PostalMime.parse(bytes)).messageId ?? "", bytes);
      },
    },
    memory: {
      get: async (key) => memory.get(key),
      set: async (key, value) => {
        if (breaks.memory) throw new Error("the store is away");
        memory.set(key, value);
      },
      delete: async (key) => void memory.delete(key),
      list: async (prefix) =>
        [...memory].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => ({ key, value })),
      clear: async () => memory.clear(),
    },
    letters: { thread: async () => head },
    smtp: { ca: smtp.cert, silenceMs },
    unfiled: (id) => unfiled.push(id),
    now,
  });
  open.push(made);
  return made;
}

let count = 0;
function letter(more: Partial<Letter> = {}): Outgoing {
  count += 1;
  return {
    chatId: "thread-1",
    content: {
      body: plainText("Good day"),
      attachments: [],
      letter: {
        messageId: `<letter-${count}@shop.example>`,
        subject: "Re: Order",
        from: { address: "sales@shop.example" },
        to: [{ address: "anna@customer.example", name: "Anna" }],
        cc: [],
        class: "human",
        ...more,
      },
    },
    openFile: async () => ({ stream: Readable.from(["price list"]), name: "p.txt", mime: "text/plain", size: 10 }),
  };
}
const idOf = (message: Outgoing) => message.content.letter?.messageId ?? "";
const takenOf = (message: Outgoing) => smtp.taken.filter(({ raw }) => raw.includes(idOf(message)));

it("sends over TLS and over STARTTLS, in the thread, and files a copy that names the blind ones", async () => {
  for (const server of [tls, plain]) {
    smtp = server;
    const head = {
      subject: "Order",
      messageId: "<last@customer.example>",
      references: ["<first@customer.example>"],
      to: [],
      cc: [],
    };
    const made = sender({}, head);
    const message = letter({
      cc: [{ address: "boss@customer.example" }],
      bcc: [{ address: "archive@shop.example" }],
      sending: { signature: "Olga, sales" },
    });
    const outgoing = {
      ...message,
      content: {
        ...message.content,
        attachments: [
          {
            kind: "file" as const,
            source: { by: "media" as const, id: mediaId("m") },
            name: "p.txt",
            mime: "text/plain",
          },
        ],
      },
    };
    expect(await made.send(outgoing, "key")).toEqual({ kind: "sent", externalIds: [idOf(message)] });
    const [mail] = takenOf(message);
    expect(mail).toMatchObject({
      from: "sales@shop.example",
      to: ["anna@customer.example", "boss@customer.example", "archive@shop.example"],
      secure: true,
    });
    const read = await PostalMime.parse(mail?.raw ?? "");
    expect(read).toMatchObject({
      subject: "Re: Order",
      inReplyTo: "<last@customer.example>",
      references: "<first@customer.example> <last@customer.example>",
    });
    expect(read.text).toContain("-- \nOlga, sales");
    expect(read.attachments[0]?.filename).toBe("p.txt");
    expect(mail?.raw.includes("archive@")).toBe(false);
    expect(folder.get(idOf(message))?.includes("archive@shop.example")).toBe(true);
    expect(await made.wasSentHere(idOf(message))).toBe(true);
    expect(await made.wasSentHere("<other@shop.example>")).toBe(false);
    expect(await made.sentHere([idOf(message).toUpperCase(), "<other@shop.example>"])).toEqual([idOf(message)]);
  }
});

it("a letter that is to be seen carries our picture and links; its copy for the own folder does not", async () => {
  const message = letter({
    sending: {
      place: { messageId: "<Real-Case@Customer.example>", references: ["<A@x>"] },
      tracked: { pixel: "https://t.example/t/abc", links: ["https://t.example/t/abc/1"] },
    },
  });
  const text = { text: "See https://shop.example/price", spans: [] };
  const made = sender({}, { subject: "", messageId: "<other@x>", references: [], to: [], cc: [] });
  expect((await made.send({ ...message, content: { ...message.content, body: text } }, "key")).kind).toBe("sent");
  const [mail] = takenOf(message);
  const read = await PostalMime.parse(mail?.raw ?? "");
  expect(read.html).toContain('<a href="https://t.example/t/abc/1">https://shop.example/price</a>');
  expect(read.html).toContain('<img src="https://t.example/t/abc"');
  expect(read.text).toContain("https://shop.example/price");
  expect(read).toMatchObject({
    inReplyTo: "<Real-Case@Customer.example>",
    references: "<A@x> <Real-Case@Customer.example>",
  });
  const copy = await PostalMime.parse(folder.get(idOf(message)) ?? "");
  expect(copy.html).not.toContain("t.example");
  expect(copy.html).toContain('<a href="https://shop.example/price">');
});

it("keeps its connection for the next letter, and files nothing where the provider does it", async () => {
  const made = sender({ filesItself: true });
  const before = smtp.connections();
  for (let at = 0; at < 3; at += 1) expect((await made.send(letter(), "key")).kind).toBe("sent");
  expect(smtp.connections() - before).toBe(1);
  expect(folder.size).toBe(0);
});

it("believes no certificate that nobody vouches for, and speaks to no server that does not encrypt", async () => {
  const elsewhere = { ...plain, cert: tls.cert };
  smtp = Object.assign(Object.create(plain), { cert: elsewhere.cert });
  expect(await sender().send(letter(), "key")).toMatchObject({ kind: "account-down", connection: { kind: "failed" } });
  const bare = await startSmtp({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"] });
  smtp = bare;
  const message = letter();
  expect(await sender().send(message, "key")).toMatchObject({ kind: "account-down", connection: { kind: "failed" } });
  expect(takenOf(message)).toHaveLength(0);
  await bare.stop();
});

it("a private address is no mail server, unless its operator says so", async () => {
  const made = createLetterSender({
    box: {
      from: { address: "a@shop.example" },
      smtp: { host: "localhost", port: plain.port, security: "tls" },
      filesItself: true,
      refused: "no",
      signIn: async () => ({ kind: "password", user: "a", password: "b" }),
    },
    sent: { has: async () => false, append: async () => undefined },
    memory: {
      get: async () => undefined,
      set: async () => undefined,
      delete: async () => undefined,
      list: async () => [],
      clear: async () => undefined,
    },
    letters: { thread: async () => undefined },
    smtp: {
      lookup: (_host, _options, done) => done(Object.assign(new Error("private"), { code: "ERR_PRIVATE_ADDRESS" }), ""),
    },
    now,
  });
  expect(await made.send(letter(), "key")).toMatchObject({
    kind: "account-down",
    connection: { sentence: expect.stringContaining("private address") },
  });
  made.close();
});

it("tells who was not taken, and why: nobody gets it where nobody was taken", async () => {
  smtp.rcpt = (address) => (address.startsWith("anna") ? { code: 550, text: "5.1.1 No such user here" } : undefined);
  const alone = letter();
  const made = sender();
  expect(await made.send(alone, "key")).toEqual({
    kind: "refused",
    code: "recipient-refused",
    sentence:
      "Not sent: localhost did not take anna@customer.example (No such user here). Check the address and send the letter again.",
  });
  expect(takenOf(alone)).toHaveLength(0);
  const both = letter({ cc: [{ address: "boss@customer.example" }] });
  expect(await made.send(both, "key")).toEqual({
    kind: "sent",
    externalIds: [idOf(both)],
    missed:
      "Not delivered to anna@customer.example (550 5.1.1 No such user here); delivered to the others. Correct the address and write to it alone.",
  });
  // Asked for once more, nobody gets it a second time.
  expect(await made.send(both, "key")).toEqual({ kind: "sent", externalIds: [idOf(both)] });
  expect(takenOf(both)).toHaveLength(1);
  expect(takenOf(both)[0]?.to).toEqual(["boss@customer.example"]);
});

it.each([
  ["the recipient", "rcpt" as const, 451, "retry"],
  ["the sender", "mailFrom" as const, 421, "retry"],
  ["the sender", "mailFrom" as const, 553, "refused"],
  ["the whole letter", "data" as const, 451, "retry"],
  ["the whole letter", "data" as const, 554, "refused"],
  ["its size", "data" as const, 552, "refused"],
])("a server that does not take %s (%s, %i) leaves it %s", async (_what, step, code, kind) => {
  smtp[step] = () => ({ code, text: "4.2.0 not now" });
  const message = letter();
  const made = sender();
  expect((await made.send(message, "key")).kind).toBe(kind);
  expect(takenOf(message)).toHaveLength(0);
  smtp[step] = () => undefined;
  expect((await made.send(message, "key")).kind).toBe("sent");
  expect(takenOf(message)).toHaveLength(1);
});

it("a wrong password puts the box down, with what to do; a busy server does not", async () => {
  smtp.auth = () => ({ code: 535, text: "5.7.8 Authentication failed" });
  expect(await sender().send(letter(), "key")).toEqual({
    kind: "account-down",
    connection: { kind: "bad-credentials", sentence: "The password is wrong. Type it again." },
  });
  smtp.auth = () => ({ code: 454, text: "4.7.0 Temporary authentication failure" });
  expect((await sender().send(letter(), "key")).kind).toBe("retry");
});

it("signs in by a token, and with the next one when it changes", async () => {
  const tokens: (string | undefined)[] = [];
  const modern = await startSmtp({ authMethods: ["XOAUTH2"] });
  modern.auth = ({ accessToken }) => {
    tokens.push(accessToken);
    return undefined;
  };
  smtp = modern;
  let token = "first";
  const made = sender({ signIn: async () => ({ kind: "token", user: "sales@shop.example", token }) });
  expect((await made.send(letter(), "key")).kind).toBe("sent");
  token = "second";
  expect((await made.send(letter(), "key")).kind).toBe("sent");
  expect(tokens).toEqual(["first", "second"]);
  made.close();
  await modern.stop();
});

it("a server that is away or breaks off before the letter's end has nothing of it", async () => {
  const made = sender({ smtp: { host: "localhost", port: 1, security: "tls" } });
  const message = letter();
  expect((await made.send(message, "key")).kind).toBe("retry");
  expect(memory.size).toBe(0);
  const again = sender();
  smtp.rcpt = () => {
    smtp.cut();
    return undefined;
  };
  expect((await again.send(message, "key")).kind).toBe("retry");
  smtp.rcpt = () => undefined;
  expect((await again.send(message, "key")).kind).toBe("sent");
  expect(takenOf(message)).toHaveLength(1);
});

it("one that breaks off after the last line may have it: it goes again only when it is asked for once more", async () => {
  smtp.hold = async () => smtp.cut();
  const made = sender();
  const message = letter();
  expect(await made.send(message, "key")).toMatchObject({ kind: "uncertain", externalIds: [idOf(message)] });
  expect(takenOf(message)).toHaveLength(1);
  // The copy has come into the folder by another way: it was sent.
  folder.set(idOf(message), Buffer.from(""));
  expect((await made.send(message, "key")).kind).toBe("sent");
  expect(takenOf(message)).toHaveLength(1);

  const other = letter();
  expect((await made.send(other, "key")).kind).toBe("uncertain");
  smtp.hold = () => Promise.resolve();
  expect((await made.send(other, "key")).kind).toBe("sent");
  expect(takenOf(other)).toHaveLength(2);
});

it("one that never answers the last line may have it, too", async () => {
  let release: () => void = () => undefined;
  smtp.hold = () => new Promise((resolve) => (release = resolve));
  const message = letter();
  expect((await sender({}, undefined, 300).send(message, "key")).kind).toBe("uncertain");
  release();
});

it("after a crash in the middle the Sent folder is asked; without an answer there it is not sent blindly", async () => {
  const crashed = (id: string) =>
    memory.set(`sent-letter:${id}`, Buffer.from(JSON.stringify({ note: "trying", at: 0, id })));
  const there = letter();
  crashed(idOf(there));
  folder.set(idOf(there), Buffer.from(""));
  expect(await sender().send(there, "key")).toEqual({ kind: "sent", externalIds: [idOf(there)] });
  expect(takenOf(there)).toHaveLength(0);

  const unknown = letter();
  crashed(idOf(unknown));
  expect((await sender().send(unknown, "key")).kind).toBe("uncertain");
  expect(takenOf(unknown)).toHaveLength(0);
  expect((await sender().send(unknown, "key")).kind).toBe("sent");

  // Whoever files what it sends itself has not got it.
  const gone = letter();
  crashed(idOf(gone));
  expect((await sender({ filesItself: true }).send(gone, "key")).kind).toBe("sent");
  expect(takenOf(gone)).toHaveLength(1);
});

it("nothing leaves without its note, and a copy that cannot be filed does not undo the letter", async () => {
  breaks.memory = true;
  const message = letter();
  const made = sender();
  expect((await made.send(message, "key")).kind).toBe("retry");
  expect(takenOf(message)).toHaveLength(0);
  breaks.memory = false;
  breaks.folder = 1;
  expect((await made.send(message, "key")).kind).toBe("sent");
  expect(folder.has(idOf(message))).toBe(true);
  breaks.folder = 2;
  const other = letter();
  expect((await made.send(other, "key")).kind).toBe("sent");
  expect(unfiled).toEqual([idOf(other)]);
});

it("a file that cannot be read holds the whole letter back", async () => {
  const message = letter();
  const broken: Outgoing = {
    ...message,
    content: {
      ...message.content,
      attachments: [{ kind: "file", source: { by: "media", id: mediaId("m") }, name: "a" }],
    },
    openFile: () => Promise.reject(new Error("gone")),
  };
  expect(await sender().send(broken, "key")).toMatchObject({ kind: "retry" });
  expect(takenOf(message)).toHaveLength(0);
});

it("goes to nobody when nobody is named", async () => {
  expect(await sender().send(letter({ to: [] }), "key")).toMatchObject({ kind: "refused", code: "no-recipient" });
  expect(await sender({ smtp: undefined }).send(letter(), "key")).toMatchObject({ kind: "account-down" });
});
