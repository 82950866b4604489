/** What people complain of in trackers like this one, each shown solved as an administrator and a customer meet it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateOf } from "../../src/channels/email/failures.ts";
import { providers } from "../../src/channels/email/providers.ts";
import { mail } from "../channels/email/harness.ts";
import { MailWorld } from "../support/mail/mail-world.ts";
import { MAIL_PASSWORD } from "../support/services/dovecot.ts";
import { conversationIndex } from "./threads/case.ts";

let at: MailWorld;
beforeAll(async () => {
  at = await MailWorld.start();
}, 90_000);
afterAll(() => at?.stop());

describe("“The letter was not linked, because it came from an alias”", () => {
  it("is found by the mailbox behind a tag, and behind the dots of Gmail", async () => {
    const address = at.newAddress();
    await at.connect(address);
    const tagged = at.card("contact", {}, "maria@works.example");
    const dotted = at.card("contact", {}, "john.smith@gmail.com");
    at.server.deliver(address, mail({ to: address, from: "Maria <Maria+shop@works.example>", subject: "By a tag" }));
    at.server.deliver(address, mail({ to: address, from: "John Smith <johnsmith@gmail.com>", subject: "By dots" }));
    await at.recorded("By a tag");
    await at.recorded("By dots");
    expect(at.places("By a tag")).toEqual([`contact ${tagged.id}`]);
    expect(at.places("By dots")).toEqual([`contact ${dotted.id}`]);
    // The other side of the activity is the address that was written from: an answer goes there.
    expect(at.letters("By a tag")[0]?.COMMUNICATIONS).toMatchObject([{ VALUE: "maria+shop@works.example" }]);
  }, 90_000);
});

describe("“Two boxes have it, and the card has it twice”", () => {
  it("is one letter in the card, however many boxes it lies in and whoever sees it first", async () => {
    const boxes = [at.newAddress(), at.newAddress(), at.newAddress()];
    for (const box of boxes) await at.connect(box);
    const customer = at.card("contact", {}, "boris@customer.example");
    const sent = mail({
      to: boxes.join(", "),
      from: "Boris <boris@customer.example>",
      subject: "To all",
      id: "to-all",
    });
    for (const box of boxes) at.server.deliver(box, sent);
    await at.recorded("To all");
    const after = mail({ to: boxes[0] ?? "", from: "Boris <boris@customer.example>", subject: "After it" });
    at.server.deliver(boxes[0] ?? "", after);
    await at.recorded("After it");
    expect(at.places("To all")).toEqual([`contact ${customer.id}`]);
    expect(await at.journal("Where is order")).toSatisfy(
      (rows: { text: string }[]) => new Set(rows.map(({ text }) => text)).size === rows.length,
    );
  }, 120_000);
});

describe("“It does not take my password”", () => {
  it("says what to do, goes on with the app password, and reads what came meanwhile", async () => {
    const address = at.newAddress();
    const customer = at.card("contact", {}, "nora@customer.example");
    const id = await at.add(address, "the password of the site");
    await at.becomes(id, "bad-credentials");
    expect((await at.connection(id)).sentence).toContain("some providers want a password made for mail programs");
    at.server.deliver(address, mail({ to: address, from: "Nora <nora@customer.example>", subject: "Meanwhile" }));
    await at.world.api(`/api/accounts/${id}`, { method: "PATCH", body: { credentials: { password: MAIL_PASSWORD } } });
    await at.becomes(id, "connected");
    await at.recorded("Meanwhile");
    expect(at.places("Meanwhile")).toEqual([`contact ${customer.id}`]);
  }, 90_000);

  it.each(["gmail", "yandex", "mailru", "icloud"])("%s: where an app password is made", (name) => {
    const { imap, id } = providers.find((one) => one.id === name) ?? {};
    if (!imap || !id) throw new Error("no such provider");
    const state = stateOf({ kind: "refused" }, { imap, user: "me@here.example", provider: id }, false);
    expect(state.kind).toBe("bad-credentials");
    expect(state.sentence).toMatch(/app(?:-specific)? password|password for (?:external )?app/i);
    expect(state.sentence).toMatch(/\.(?:com|ru)\b|settings/);
  });
});

describe("“Of several deals it took the wrong one”", () => {
  it("takes the one that was active last and says why; moved once, the thread stays where it was put", async () => {
    const address = at.newAddress();
    await at.connect(address);
    const from = "Petra <petra@customer.example>";
    const customer = at.card("contact", {}, "petra@customer.example");
    const [older, newer] = [1, 2].map((number) => at.card("deal", { contactId: customer.id, title: `Deal ${number}` }));
    if (!older || !newer) throw new Error("no deals");
    at.server.deliver(address, mail({ to: address, from, subject: "My order", id: "order-1", text: "Which of them?" }));
    await at.recorded("My order");
    expect(at.places("My order")).toEqual([`deal ${newer.id}`]);
    const { conversation } = await at.message("Which of them?");
    const reasons = async () =>
      (await at.world.api<{ reasons: string[] }[]>(`/api/conversations/${conversation}/decisions`))[0]?.reasons ?? [];
    expect((await reasons()).join(" ")).toContain("of 2 open ones it was active last");
    await at.world.api(`/api/conversations/${conversation}/card`, {
      method: "POST",
      body: { type: "deal", id: String(older.id) },
    });
    const headers = ["In-Reply-To: <order-1@example.com>", "References: <order-1@example.com>"];
    at.server.deliver(address, mail({ to: address, from, subject: "Re: My order", text: "And this", headers }));
    await at.recorded("Re: My order");
    expect(at.places("Re: My order")).toEqual([`deal ${older.id}`]);
    expect(at.places("My order")).toEqual([`deal ${newer.id}`]);
  }, 90_000);

  it("takes the deal that is named in the subject, when it is theirs", async () => {
    const address = at.newAddress();
    await at.connect(address);
    const customer = at.card("contact", {}, "rosa@customer.example");
    const named = at.card("deal", { contactId: customer.id });
    at.card("deal", { contactId: customer.id });
    const subject = `Your deal No. ${named.id}`;
    at.server.deliver(address, mail({ to: address, from: "Rosa <rosa@customer.example>", subject }));
    await at.recorded(subject);
    expect(at.places(subject)).toEqual([`deal ${named.id}`]);
  }, 90_000);
});

describe("“Outlook answered, and it became another thread”", () => {
  it("stays in its conversation and its card without References, by Outlook's own mark or by subject and person", async () => {
    const address = at.newAddress();
    await at.connect(address);
    const from = "Olga <olga@customer.example>";
    const customer = at.card("contact", {}, "olga@customer.example");
    const [older, newer] = [1, 2].map(() => at.card("deal", { contactId: customer.id }));
    if (!older || !newer) throw new Error("no deals");
    const index = (answers: number) => [`Thread-Index: ${conversationIndex("shelves", answers)}`];
    const begun = { to: address, from, subject: "Shelves", text: "Do you have shelves?", headers: index(0) };
    at.server.deliver(address, mail(begun));
    const { conversation } = await at.message("Do you have shelves?");
    await at.recorded("Shelves");
    await at.world.api(`/api/conversations/${conversation}/card`, {
      method: "POST",
      body: { type: "deal", id: String(older.id) },
    });
    at.server.deliver(
      address,
      mail({ ...begun, subject: "Shelves", text: "I ask again, with Outlook's mark", headers: index(2) }),
    );
    at.server.deliver(
      address,
      mail({ ...begun, subject: "AW: Shelves", text: "And again, with nothing but the subject", headers: [] }),
    );
    for (const words of ["with Outlook's mark", "nothing but the subject"])
      expect((await at.message(words)).conversation).toBe(conversation);
    await at.recorded("AW: Shelves");
    expect(at.places("AW: Shelves")).toEqual([`deal ${older.id}`]);
    await at.recorded("Shelves", 2);
    expect(at.places("Shelves").toSorted()).toEqual([`deal ${newer.id}`, `deal ${older.id}`].toSorted());
  }, 90_000);
});

describe("“It wrote with a robot all night”", () => {
  it("greets a person once, marked as automatic, and neither answers machines nor makes anything of them", async () => {
    const address = at.newAddress();
    const id = await at.connect(address);
    await at.world.api(`/api/accounts/${id}/own-line`, {
      method: "PUT",
      body: { enabled: true, greeting: "Thank you, we answer within a day." },
    });
    const machines: readonly (readonly [string, readonly string[]])[] = [
      ["no-reply@shop.example", []],
      ["robot@shop.example", ["Auto-Submitted: auto-replied"]],
      ["away@shop.example", ["X-Autoreply: yes", "Precedence: auto_reply"]],
      ["list@shop.example", ["List-Id: <news.shop.example>", "List-Unsubscribe: <mailto:out@shop.example>"]],
      ["MAILER-DAEMON@shop.example", ["Return-Path: <>"]],
    ];
    for (const [from, headers] of machines)
      at.server.deliver(address, mail({ to: address, from, subject: `From ${from}`, headers }));
    at.server.deliver(address, mail({ to: address, from: "Vera <vera@customer.example>", subject: "From a person" }));
    const greeting = await at.left("we answer within a day");
    await at.recorded("From a person");
    expect(greeting.to).toEqual(["vera@customer.example"]);
    expect(greeting.raw.toString()).toMatch(/^Auto-Submitted: auto-replied/m);
    // The robot at the other end answers what was not even sent to it, and is left alone again.
    const echo = { to: address, from: "no-reply@shop.example", subject: "Re: Re: Re: From no-reply@shop.example" };
    at.server.deliver(address, mail({ ...echo, text: "This box is not read." }));
    at.server.deliver(address, mail({ to: address, from: "Vera <vera@customer.example>", subject: "Once more" }));
    await at.recorded("Once more");
    for (const { to } of at.smtp.taken) expect(to.join()).not.toContain("@shop.example");
    const leads = [...(at.crm.items.get(1)?.values() ?? [])];
    expect(leads.filter(({ fields }) => JSON.stringify(fields).includes("@shop.example"))).toEqual([]);
  }, 120_000);
});
