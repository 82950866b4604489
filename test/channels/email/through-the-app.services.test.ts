import { randomUUID } from "node:crypto";
import { ImapFlow } from "imapflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CrmItem } from "../../emulators/portal/model.ts";
import { startSmtp, type TestSmtp } from "../../support/mail/smtp.ts";
import { type Dovecot, MAIL_PASSWORD, startDovecot } from "../../support/services/dovecot.ts";
import { freshServices } from "../../support/services/fresh-services.ts";
import { until } from "../../support/world/until.ts";
import { type ApiAccount, World } from "../../support/world/world.ts";
import { mail } from "./harness.ts";

/**
 * A mailbox as an administrator and a customer meet it: the real server in two processes of its own, between the emulated
 * portal and a real Dovecot. One world for all of it.
 */

const PATIENCE_MS = 45_000;
const LEAD = 1;
const CONTACT = 3;

interface Message {
  readonly id: string;
  readonly account: string;
  readonly conversation: string;
  readonly state: string;
  readonly text: string;
}

interface SessionState {
  readonly connection: { readonly kind: string; readonly sentence: string };
}

describe("a mailbox through the app", () => {
  let server: Dovecot;
  let smtp: TestSmtp;
  let world: World;
  let boxes = 0;

  beforeAll(async () => {
    [server, smtp] = await Promise.all([
      startDovecot(),
      startSmtp({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"], allowInsecureAuth: true }),
    ]);
    world = await World.start({
      unpaced: true,
      services: await freshServices("mail"),
      env: { MAIL_PRIVATE_HOSTS: "127.0.0.1" },
    });
    await world.install();
  }, 90_000);
  afterAll(async () => {
    await world?.stop();
    await server?.stop();
    await smtp?.stop();
  });

  const said = () => world.processes.map((one) => one.tail(15)).join("\n--\n");
  const crm = () => world.portal.portal().portal.crm;
  const emails = () =>
    [...crm().activities.values()].map(({ fields }) => fields).filter(({ TYPE_ID }) => TYPE_ID === "4");
  const lettersAbout = (subject: string) => emails().filter(({ SUBJECT }) => SUBJECT === subject);
  const stateOf = async (id: string) => (await world.api<SessionState>(`/api/accounts/${id}/session`)).connection;

  function knownContact(address: string): CrmItem {
    const fields = {
      title: "A customer",
      fm: [{ typeId: "EMAIL", valueType: "WORK", value: address }],
      assignedById: 7,
    };
    return crm().add(CONTACT, fields, 1, Date.now());
  }

  async function connect(address: string, settings: object = {}, password = MAIL_PASSWORD): Promise<string> {
    const { id } = await world.api<ApiAccount>("/api/accounts", {
      method: "POST",
      body: {
        channel: "email",
        name: address,
        credentials: { password },
        settings: { address, imapHost: "127.0.0.1", imapPort: server.port, imapSecurity: "none", ...settings },
      },
    });
    return id;
  }

  const becomes = (id: string, kind: string) =>
    until(
      async () => (await stateOf(id)).kind === kind,
      PATIENCE_MS,
      `the box to be ${kind}`,
      async () => `${JSON.stringify(await stateOf(id))}\n${said()}`,
    );

  const stands = (subject: string, count = 1) =>
    until(
      () => lettersAbout(subject).length >= count,
      PATIENCE_MS,
      `“${subject}” in the CRM`,
      () => `${JSON.stringify(emails().map(({ SUBJECT }) => SUBJECT))}\n${said()}`,
    );

  function newAddress(): string {
    boxes += 1;
    return `sales${boxes}@shop.test`;
  }

  it("puts a customer's mail into their card within a second, and of the past only what people wrote whom the CRM knows", async () => {
    const address = newAddress();
    const customer = knownContact("maria@customer.example");
    server.deliver(
      address,
      mail({
        to: address,
        from: "Maria <maria@customer.example>",
        subject: "Of last week",
        date: new Date(Date.now() - 7 * 86_400_000),
      }),
    );
    server.deliver(
      address,
      mail({
        to: address,
        from: "Stranger <who@elsewhere.example>",
        subject: "Long ago",
        date: new Date(Date.now() - 8 * 86_400_000),
      }),
    );
    const id = await connect(address);
    await becomes(id, "connected");
    await stands("Of last week");
    const waits: number[] = [];
    for (let count = 1; count <= 8; count += 1) {
      const began = performance.now();
      server.deliver(
        address,
        mail({
          to: address,
          from: "Maria <maria@customer.example>",
          subject: `The lamp ${count}`,
          text: "Is it there?",
        }),
      );
      await stands(`The lamp ${count}`);
      waits.push(performance.now() - began);
    }
    console.info(`delivered to activity, ms: ${waits.map(Math.round).join(" ")}`);
    expect(waits.toSorted((a, b) => a - b).at(4)).toBeLessThan(3_000);
    expect(lettersAbout("The lamp 1")).toMatchObject([
      { DIRECTION: "1", OWNER_TYPE_ID: String(CONTACT), OWNER_ID: String(customer.id) },
    ]);
    expect(lettersAbout("Long ago")).toEqual([]);
    expect((await stateOf(id)).sentence).toBe(`Receives the mail of ${address}.`);
    expect(crm().mailsSent).toEqual([]);
  }, 120_000);

  it("is one activity for a mail in two boxes and for an answer from another program, also when its process is killed", async () => {
    const [first, second] = [newAddress(), newAddress()];
    const ids = [await connect(first), await connect(second)];
    for (const id of ids) await becomes(id, "connected");
    knownContact("boris@customer.example");
    const question = mail({
      id: "to-both",
      to: `${first}, ${second}`,
      from: "Boris <boris@customer.example>",
      subject: "To both",
    });
    for (const address of [first, second]) server.deliver(address, question);
    await stands("To both");
    const auth = { user: first, pass: MAIL_PASSWORD };
    const other = new ImapFlow({ host: "127.0.0.1", port: server.port, secure: false, auth, logger: false });
    await other.connect();
    const answer = mail({
      from: `Olga <${first}>`,
      to: "boris@customer.example",
      subject: "Re: To both",
      headers: ["In-Reply-To: <to-both@example.com>", "References: <to-both@example.com>"],
    });
    await other.append("Sent", answer.replaceAll("\n", "\r\n"));
    await other.logout();
    const worker = world.processes[1];
    if (!worker) throw new Error("there is no worker");
    await worker.kill("SIGKILL");
    const meanwhile = { to: first, from: "Boris <boris@customer.example>", subject: "While it was away" };
    server.deliver(first, mail(meanwhile));
    await worker.start();
    await stands("While it was away");
    await stands("Re: To both");
    expect(lettersAbout("While it was away")).toHaveLength(1);
    expect(lettersAbout("To both")).toHaveLength(1);
    await until(
      () => lettersAbout("Re: To both")[0]?.COMPLETED === "Y",
      PATIENCE_MS,
      "the answer to be done",
      () => JSON.stringify(lettersAbout("Re: To both")),
    );
    expect(lettersAbout("Re: To both")).toMatchObject([{ DIRECTION: "2" }]);
    expect(crm().mailsSent).toEqual([]);
  }, 180_000);

  it("is answered from a page and written from first: by SMTP, in the thread, once in the card and once in Sent", async () => {
    const address = newAddress();
    const customer = knownContact("nora@customer.example");
    const place = { smtpHost: "127.0.0.1", smtpPort: smtp.port, smtpSecurity: "none", signature: "{{ box.name }}" };
    const id = await connect(address, place);
    await becomes(id, "connected");
    const asked = { to: address, from: "Nora <nora@customer.example>", subject: "Chairs", text: "Are they there?" };
    server.deliver(address, mail({ ...asked, id: "Chairs-1" }));
    await stands("Chairs");
    const [question] = (await world.api<Message[]>("/api/journal?text=Are%20they%20there")).filter(
      ({ account }) => account === id,
    );
    const conversation = question?.conversation ?? "";
    const write = (text: string, more: object = {}) =>
      world.api<Message>(`/api/conversations/${conversation}/messages`, {
        method: "POST",
        body: { clientId: randomUUID(), text, ...more },
      });
    const written = await write("Yes, four of them", { letter: { cc: [{ address: "shop@partner.example" }] } });
    const took = (words: string) => smtp.taken.filter(({ raw }) => raw.includes(words));
    const went = (words: string) =>
      until(
        () => took(words).length > 0,
        PATIENCE_MS,
        `“${words}” to leave`,
        () => said(),
      );
    await went("four of them");
    expect(took("four of them")[0]?.to).toEqual(["nora@customer.example", "shop@partner.example"]);
    const raw = took("four of them")[0]?.raw.toString() ?? "";
    expect(raw).toContain("In-Reply-To: <Chairs-1@example.com>");
    expect(raw).toContain("Subject: Re: Chairs");
    await stands("Re: Chairs");
    expect(lettersAbout("Re: Chairs")).toMatchObject([
      { DIRECTION: "2", OWNER_TYPE_ID: String(CONTACT), OWNER_ID: String(customer.id) },
    ]);
    const messageId = /^Message-ID: (<.*>)/im.exec(raw)?.[1] ?? "";
    server.deliver(
      address,
      mail({ ...asked, subject: "Re: Chairs", text: "Good", headers: [`In-Reply-To: ${messageId}`] }),
    );
    const stateIs = async (state: string) =>
      until(
        async () => (await world.api<{ message: Message }>(`/api/messages/${written.id}`)).message.state === state,
        PATIENCE_MS,
        `the letter to be ${state}`,
        () => said(),
      );
    await stateIs("read");

    const to = { email: "new@customer.example" };
    const content = { text: "Good day", letter: { subject: "News for you" } };
    const begun = await world.api<{ conversation: string }>("/api/conversations", {
      method: "POST",
      body: { account: id, clientId: randomUUID(), to, content },
    });
    await went("News for you");
    const newId = /^Message-ID: (<.*>)/im.exec(took("News for you")[0]?.raw.toString() ?? "")?.[1] ?? "";
    const back = { to: address, from: "new@customer.example", subject: "Re: News for you", text: "Thank you for them" };
    server.deliver(address, mail({ ...back, headers: [`In-Reply-To: ${newId}`] }));
    await until(
      async () =>
        (await world.api<Message[]>(`/api/conversations/${begun.conversation}/messages`)).some(
          ({ text }) => text === "Thank you for them",
        ),
      PATIENCE_MS,
      "the answer in the same conversation",
      () => said(),
    );
    expect(took("News for you")).toHaveLength(1);
    expect(took("four of them")).toHaveLength(1);
    expect(lettersAbout("Re: Chairs").filter(({ DIRECTION }) => DIRECTION === "2")).toHaveLength(1);
    expect(crm().mailsSent).toEqual([]);
  }, 180_000);

  it("makes a lead of a stranger's letter, with its file", async () => {
    const address = newAddress();
    await becomes(await connect(address), "connected");
    server.deliver(address, withFile(address));
    await stands("A price, please");
    const [letter] = lettersAbout("A price, please");
    expect(letter).toMatchObject({ OWNER_TYPE_ID: String(LEAD), DIRECTION: "1" });
    await until(
      () => JSON.stringify(lettersAbout("A price, please")).includes("list.txt"),
      PATIENCE_MS,
      "its file",
      () => JSON.stringify(lettersAbout("A price, please")),
    );
  }, 120_000);

  it("says what to do when the password is wrong, and takes no address twice, whatever its password", async () => {
    const address = newAddress();
    const id = await connect(address, {}, "mistyped");
    await expect(connect(address.toUpperCase())).rejects.toThrow("account_exists");
    await becomes(id, "bad-credentials");
    expect((await stateOf(id)).sentence).toMatch(/did not take the user name .* with this password/);
  }, 60_000);
});

function withFile(to: string): string {
  return [
    "From: Petra <petra@new.example>",
    `To: ${to}`,
    "Subject: A price, please",
    `Date: ${new Date().toUTCString()}`,
    "Message-ID: <petra-1@new.example>",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="m"',
    "",
    "--m",
    "Content-Type: text/plain",
    "",
    "What does it cost?",
    "--m",
    "Content-Type: text/plain",
    'Content-Disposition: attachment; filename="list.txt"',
    "",
    "one lamp",
    "--m--",
    "",
  ].join("\n");
}
