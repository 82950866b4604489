import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BccStateAnswer } from "../../../../src/api/bcc.ts";
import { seededRandom } from "../../../emulators/portal/faults.ts";
import { type DnsServer, startDns } from "../../../support/mail/dns-server.ts";
import { openSmtp } from "../../../support/mail/smtp-client.ts";
import { createSigner } from "../../../support/mail/zone.ts";
import { type Dovecot, MAIL_PASSWORD, startDovecot } from "../../../support/services/dovecot.ts";
import { freePort } from "../../../support/world/app-process.ts";
import { until } from "../../../support/world/until.ts";
import { World } from "../../../support/world/world.ts";

/**
 * kill -9 while copies of letters come in and the same letters are met in their sender's Sent folder: the server's process dies at
 * random moments of taking them: before the index, before the message, before the answer. Mail servers try again what was not taken, as ours
 * does here. In the end each letter is one message and one activity, in its own customer's card.
 */

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const PATIENCE_MS = 60_000;
const KILLS = 3;
const SENDERS = 5;
const CUSTOMERS = 5;
/** Further letters are begun until the last kill, and at least so many. */
const FEWEST = 15;
const CONTACT = 3;
const DOMAIN = "crm.portal.example";
const TAKEN = /^250 2\.0\.0 /;

interface Sent {
  readonly subject: string;
  readonly customer: number;
}

describe(`a server that is killed while copies come in (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const texts = new Map<string, readonly string[]>();
  const signer = createSigner({ texts }, "portal.example");
  let dns: DnsServer;
  let dovecot: Dovecot;
  let world: World;
  let port: number;

  beforeAll(async () => {
    [dns, dovecot, port] = await Promise.all([startDns(texts), startDovecot(), freePort()]);
    const mail = { SMTP_PORT: String(port), BCC_DOMAIN: DOMAIN, SMTP_DNS: dns.address };
    world = await World.start({
      env: { ...mail, MAIL_PRIVATE_HOSTS: "127.0.0.1" },
      unpaced: true,
    });
    await world.install();
  }, 90_000);
  afterAll(async () => {
    await world?.stop();
    await dovecot?.stop();
    await dns?.stop();
  });

  const crm = () => world.portal.portal().portal.crm;
  const emails = () =>
    [...crm().activities.values()].map(({ fields }) => fields).filter(({ TYPE_ID }) => TYPE_ID === "4");
  const pause = (most: number) => new Promise((resolve) => setTimeout(resolve, random() * most));

  it("has each letter once, in the right card, and has lost none that it took", async () => {
    const customers = Array.from({ length: CUSTOMERS }, (_, number) => {
      const fm = [{ typeId: "EMAIL", valueType: "WORK", value: `customer${number}@client.example` }];
      return crm().add(CONTACT, { title: `Customer ${number}`, fm, assignedById: 7 }, 1, Date.now());
    });
    const { mine } = await world.api<BccStateAnswer>("/api/mail/bcc", { method: "POST", body: { whose: "mine" } });
    const [me = "", address = ""] = [mine?.from[0], mine?.address];
    await world.api("/api/accounts", {
      method: "POST",
      body: {
        ...{ channel: "email", name: "Mine", credentials: { password: MAIL_PASSWORD } },
        settings: { address: me, imapHost: "127.0.0.1", imapPort: dovecot.port, imapSecurity: "none" },
      },
    });

    const sent: Sent[] = [];
    let killsLeft = KILLS;
    /** Copies that were given as a whole and are not answered yet; and those whose server died before it answered. */
    let underWay = 0;
    let unanswered = 0;
    /** Hears that a copy was taken which lies nowhere else. */
    let taken = (): void => undefined;

    async function attempt(source: string): Promise<boolean> {
      const client = await openSmtp(port).catch(() => undefined);
      if (!client) return false;
      try {
        for (const line of [`MAIL FROM:<${me}>`, `RCPT TO:<${address}>`, "DATA"])
          if (!/^[23]/.test(await client.say(line))) return false;
        underWay += 1;
        const answer = await client.say(`${source}\r\n.`);
        underWay -= 1;
        if (/^5/.test(answer)) throw new Error(`a copy was refused for good: ${answer}`);
        if (answer === "closed") unanswered += 1;
        return TAKEN.test(answer);
      } finally {
        await client.close();
      }
    }

    async function sender(): Promise<void> {
      while (killsLeft > 0 || sent.length < FEWEST) {
        const customer = Math.floor(random() * CUSTOMERS);
        const subject = `Offer ${sent.length + 1}`;
        sent.push({ subject, customer });
        const source = offer(me, customer, subject);
        // Mail programs put it into Sent before or after their server has sent it; some put it nowhere that we see.
        const inSent = random();
        if (inSent < 0.35) dovecot.deliver(me, source, "Sent");
        const signed = await signer.sign(source);
        while (!(await attempt(signed))) await pause(60);
        if (inSent >= 0.35 && inSent <= 0.65) taken();
        if (inSent > 0.65) dovecot.deliver(me, source, "Sent");
      }
    }

    async function killer(): Promise<void> {
      for (; killsLeft > 0; killsLeft -= 1) {
        // What was said to be taken has to be durable at that moment.
        if (killsLeft % 2 === 0)
          await new Promise<void>((resolve) => {
            taken = resolve;
          });
        else {
          await until(() => underWay > 0, PATIENCE_MS, "a copy to be on its way");
          await pause(120);
        }
        await world.web.kill("SIGKILL");
        await world.web.start();
      }
    }
    await Promise.all([killer(), ...Array.from({ length: SENDERS }, sender)]);

    // Lies in Sent alone and last, so that the box has met all the others when it has this one.
    dovecot.deliver(me, offer(me, 0, "The last one"), "Sent");
    sent.push({ subject: "The last one", customer: 0 });
    const missing = () => sent.filter(({ subject }) => !emails().some(({ SUBJECT }) => SUBJECT === subject));
    await until(
      () => missing().length === 0,
      PATIENCE_MS,
      "all letters in the CRM",
      () => `${JSON.stringify(missing())}\n${world.web.tail(30)}`,
    );

    const ends = sent.map(({ subject, customer }) => ({ subject, card: String(customers[customer]?.id) }));
    const sorted = (list: readonly { subject: unknown; card: unknown }[]) =>
      list.map(({ subject, card }) => `${String(subject)} in ${String(card)}`).toSorted();
    expect(sorted(emails().map(({ SUBJECT, OWNER_ID }) => ({ subject: SUBJECT, card: OWNER_ID })))).toEqual(
      sorted(ends),
    );
    expect(emails().every(({ DIRECTION, OWNER_TYPE_ID }) => DIRECTION === "2" && OWNER_TYPE_ID === "3")).toBe(true);
    const journal = await world.api<{ text: string }[]>("/api/journal?text=Words%20of");
    expect(journal.map(({ text }) => text).toSorted()).toEqual(
      sent.map(({ subject }) => `Words of ${subject}`).toSorted(),
    );
    expect(crm().mailsSent).toEqual([]);
    expect(unanswered).toBeGreaterThan(0);
    console.info(`${KILLS} kills, ${sent.length} letters, ${unanswered} given and not answered`);
  }, 240_000);
});

function offer(from: string, customer: number, subject: string): string {
  return [
    `From: Ada <${from}>`,
    `To: Customer <customer${customer}@client.example>`,
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${subject.replaceAll(" ", "-").toLowerCase()}@portal.example>`,
    "",
    `Words of ${subject}`,
    "",
  ].join("\r\n");
}
