import { ImapFlow } from "imapflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BccStateAnswer } from "../../../../src/api/bcc.ts";
import { type DnsServer, startDns } from "../../../support/mail/dns-server.ts";
import { openSmtp } from "../../../support/mail/smtp-client.ts";
import { createSigner } from "../../../support/mail/zone.ts";
import { type Dovecot, MAIL_PASSWORD, startDovecot } from "../../../support/services/dovecot.ts";
import { freePort } from "../../../support/world/app-process.ts";
import { until } from "../../../support/world/until.ts";
import { World } from "../../../support/world/world.ts";

/**
 * An employee writes to a customer from their own mail program, with their address in Bcc: the real server between the emulated
 * portal, a DNS that knows the employee's domain, and a real Dovecot that has the same letter in Sent.
 */

const PATIENCE_MS = 45_000;
const LEAD = 1;
const CONTACT = 3;
const DOMAIN = "crm.portal.example";

describe("a copy of a letter through the app", () => {
  const texts = new Map<string, readonly string[]>();
  const signer = createSigner({ texts }, "portal.example");
  let dns: DnsServer;
  let dovecot: Dovecot;
  let world: World;
  let port: number;

  beforeAll(async () => {
    [dns, dovecot, port] = await Promise.all([startDns(texts), startDovecot(), freePort()]);
    const mail = { SMTP_PORT: String(port), BCC_DOMAIN: DOMAIN, SMTP_DNS: dns.address };
    world = await World.start({ unpaced: true, env: { ...mail, MAIL_PRIVATE_HOSTS: "127.0.0.1" } });
    await world.install();
  }, 90_000);
  afterAll(async () => {
    await world?.stop();
    await dovecot?.stop();
    await dns?.stop();
  });

  const crm = () => world.portal.portal().portal.crm;
  const about = (subject: string) =>
    [...crm().activities.values()]
      .map(({ fields }) => fields)
      .filter(({ TYPE_ID, SUBJECT }) => TYPE_ID === "4" && SUBJECT === subject);
  const stands = (subject: string) =>
    until(
      () => about(subject).length > 0,
      PATIENCE_MS,
      `“${subject}” in the CRM`,
      () => world.web.tail(30),
    );
  const bcc = (method = "GET", body?: object) =>
    world.api<BccStateAnswer>("/api/mail/bcc", { method, ...(body && { body }) });

  async function send(source: string, to: string, from = "ada@portal.example"): Promise<string> {
    const client = await openSmtp(port);
    try {
      return await client.mail(from, to, source);
    } finally {
      await client.close();
    }
  }

  it("stands in the customer's card once, with its file, and so does the answer that comes to a mailbox", async () => {
    expect(await bcc()).toMatchObject({ on: true, mine: null, everybodys: null });
    const address = (await bcc("POST", { whose: "mine" })).mine?.address ?? "";
    expect(address).toMatch(/^crm-[a-z2-7]{26}@crm\.portal\.example$/);
    const [employee] = (await bcc()).mine?.from ?? [];
    const me = employee ?? "";
    expect(me).toMatch(/@portal\.example$/);
    const fields = {
      title: "Maria",
      fm: [{ typeId: "EMAIL", valueType: "WORK", value: "maria@customer.example" }],
      assignedById: 7,
    };
    const customer = crm().add(CONTACT, fields, 1, Date.now());

    const signed = await signer.sign(offer(me));
    expect(await send(signed, address, me)).toBe("250 2.0.0 Taken into the customer's card");
    await stands("Our offer");
    expect(await send(signed, address, me)).toBe("250 2.0.0 This letter stands in the customer's card already");
    expect(about("Our offer")).toMatchObject([
      { DIRECTION: "2", COMPLETED: "Y", OWNER_TYPE_ID: String(CONTACT), OWNER_ID: String(customer.id) },
    ]);
    expect(JSON.stringify(about("Our offer"))).toContain("price.txt");
    expect(JSON.stringify(about("Our offer"))).not.toContain("crm-");
    expect((await bcc()).mine?.usedAt).not.toBeNull();

    // The same letter lies in the Sent folder of a mailbox that is connected only now, and the answer in its inbox.
    const auth = { user: me, pass: MAIL_PASSWORD };
    const program = new ImapFlow({ host: "127.0.0.1", port: dovecot.port, secure: false, auth, logger: false });
    await program.connect();
    await program.append("Sent", offer(me));
    await program.logout();
    dovecot.deliver(me, answer(me));
    await world.api("/api/accounts", {
      method: "POST",
      body: {
        ...{ channel: "email", name: "Mine", credentials: { password: MAIL_PASSWORD } },
        settings: { address: me, imapHost: "127.0.0.1", imapPort: dovecot.port, imapSecurity: "none" },
      },
    });
    await stands("Re: Our offer");
    expect(about("Re: Our offer")).toMatchObject([{ DIRECTION: "1", OWNER_ID: String(customer.id) }]);
    expect(about("Our offer")).toHaveLength(1);
    expect(crm().mailsSent).toEqual([]);
  }, 120_000);

  it("is a customer's letter where that is forwarded as an attachment, and makes a lead of a stranger's", async () => {
    const { mine } = await bcc();
    const [me = "", address = ""] = [mine?.from[0], mine?.address];
    expect(await send(await signer.sign(forwarded(me, address)), address, me)).toMatch(/^250 2\.0\.0 Taken/);
    await stands("Do you deliver?");
    expect(about("Do you deliver?")).toMatchObject([{ DIRECTION: "1", OWNER_TYPE_ID: String(LEAD) }]);
  }, 60_000);

  it("is refused from an outsider who knows the address, and at an address that was renewed", async () => {
    const former = (await bcc()).mine?.address ?? "";
    const outsider = createSigner({ texts }, "evil.example");
    const forged = offer("ada@portal.example").replace("offer-1", "forged");
    const me = (await bcc()).mine?.from[0] ?? "";
    expect(
      await send(await outsider.sign(forged.replaceAll("ada@portal.example", me)), former, "x@evil.example"),
    ).toMatch(/^550 5\.7\.26 /);
    const theirOwn = forged.replaceAll("ada@portal.example", "eve@evil.example");
    expect(await send(await outsider.sign(theirOwn), former, "eve@evil.example")).toMatch(/^550 5\.7\.1 eve@evil/);
    expect((await bcc()).mine?.senders).toMatchObject([{ address: "eve@evil.example", confirmed: false }]);
    const { mine } = await bcc("POST", { whose: "mine" });
    expect(mine?.address).not.toBe(former);
    expect(await send(await signer.sign(offer(me)), former, me)).toMatch(/^550 5\.1\.1 /);
    expect(about("Our offer")).toHaveLength(1);
  }, 60_000);
});

function offer(from: string): string {
  return [
    `From: Ada <${from}>`,
    "To: Maria <maria@customer.example>",
    "Subject: Our offer",
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    "Message-ID: <offer-1@portal.example>",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="m"',
    "",
    "--m",
    "Content-Type: text/plain",
    "",
    "Here it is.",
    "--m",
    "Content-Type: text/plain",
    'Content-Disposition: attachment; filename="price.txt"',
    "",
    "100",
    "--m--",
    "",
  ].join("\r\n");
}

function answer(to: string): string {
  return [
    "From: Maria <maria@customer.example>",
    `To: ${to}`,
    "Subject: Re: Our offer",
    `Date: ${new Date().toUTCString()}`,
    "Message-ID: <answer-1@customer.example>",
    "In-Reply-To: <offer-1@portal.example>",
    "",
    "Thank you, I take it.",
    "",
  ].join("\n");
}

function forwarded(from: string, to: string): string {
  return [
    `From: Ada <${from}>`,
    `To: ${to}`,
    "Subject: Fwd: Do you deliver?",
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    "Message-ID: <forward-1@portal.example>",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="f"',
    "",
    "--f",
    "Content-Type: text/plain",
    "",
    "For the CRM.",
    "--f",
    "Content-Type: message/rfc822",
    "Content-Disposition: attachment",
    "",
    "From: Nora <nora@stranger.example>",
    `To: ${from}`,
    "Subject: Do you deliver?",
    `Date: ${new Date(Date.now() - 3_600_000).toUTCString().replace("GMT", "+0000")}`,
    "Message-ID: <question-1@stranger.example>",
    "",
    "On Fridays?",
    "--f--",
    "",
  ].join("\r\n");
}
