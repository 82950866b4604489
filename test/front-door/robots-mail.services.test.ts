/** Robots and triggers with a mailbox: the real server between the emulated portal, an SMTP server and a real Dovecot. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { mail } from "../channels/email/harness.ts";
import { runRobot } from "../emulators/portal/run-robot.ts";
import { cardExists, phoneField } from "../relay/crm/cards.ts";
import { startSmtp, type TestSmtp } from "../support/mail/smtp.ts";
import { type Dovecot, MAIL_PASSWORD, startDovecot } from "../support/services/dovecot.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";

const PATIENCE_MS = 30_000;
const ADDRESS = "sales@shop.test";
let server: Dovecot;
let smtp: TestSmtp;
let world: World;

beforeAll(async () => {
  [server, smtp] = await Promise.all([
    startDovecot(),
    startSmtp({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"], allowInsecureAuth: true }),
  ]);
  world = await World.start({
    publicUrl: "https://threadline.example",
    unpaced: true,
    env: { MAIL_PRIVATE_HOSTS: "127.0.0.1" },
  });
  await world.install();
  await world.connectTelegram();
  const { phoneNumberId, businessAccountId, accessToken, appSecret } = world.vendors.whatsappCloud.business();
  await world.connect({
    ...{ channel: "whatsapp-cloud", credentials: { phoneNumberId, businessAccountId, accessToken, appSecret } },
  });
  const place = { host: "127.0.0.1", security: "none" };
  const { id } = await world.api<ApiAccount>("/api/accounts", {
    method: "POST",
    body: {
      ...{ channel: "email", name: ADDRESS, credentials: { password: MAIL_PASSWORD } },
      settings: {
        ...{ address: ADDRESS, imapHost: place.host, imapPort: server.port, imapSecurity: place.security },
        ...{ smtpHost: place.host, smtpPort: smtp.port, smtpSecurity: place.security },
      },
    },
  });
  const state = () => world.api<{ connection: { kind: string } }>(`/api/accounts/${id}/session`);
  await until(async () => (await state()).connection.kind === "connected", PATIENCE_MS, "the mailbox to be connected");
}, 90_000);
afterAll(async () => {
  await world?.stop();
  await Promise.all([server?.stop(), smtp?.stop()]);
});

const automation = () => world.portal.portal().portal.automation;

/** A lead that somebody made by hand: nobody has written. */
function leadOf(phone: string, email: string): number {
  const { fm } = phoneField(phone);
  return cardExists(world.portal, "lead", { fm: [...fm, { typeId: "EMAIL", valueType: "WORK", value: email }] }).id;
}

async function sends(lead: number, properties: Record<string, unknown>): Promise<Record<string, unknown>> {
  const run = runRobot(world.portal.portal().portal, {
    ...{ code: "threadline_send", document: ["crm", "CCrmDocumentLead", `LEAD_${lead}`], properties },
  });
  await until(
    () => run.state === "closed",
    PATIENCE_MS,
    "the robot to return",
    () => `${JSON.stringify(run)}\n${world.web.tail(20)}`,
  );
  return run.returned ?? {};
}

const lettersTo = (email: string) => smtp.taken.filter(({ to }) => to.includes(email)).map(({ raw }) => raw.toString());

test("by WhatsApp, else Telegram, else e-mail: the number has no WhatsApp, nobody is in Telegram, the letter arrives", async () => {
  const lead = leadOf("+4915112347001", "dora@customer.example");
  const returned = await sends(lead, {
    ...{ channel: "whatsapp-cloud", otherwise: "telegram", otherwise2: "email" },
    ...{ template: "order_ready/en_US", variables: ["Dora", "A-17"] },
    ...{ text: "Your order A-17 is ready", subject: "Your order" },
  });
  expect(returned).toMatchObject({ result: "sent", sent_by: "E-mail", account: ADDRESS });
  expect(returned["reason"]).toMatch(/the number has no WhatsApp.* cannot be written to there/);
  const [letter, ...more] = lettersTo("dora@customer.example");
  expect(more).toEqual([]);
  expect(letter).toMatch(/^Subject: Your order\r$/m);
  expect(letter).toContain("Your order A-17 is ready");
  // Other mail programs do not answer it by themselves.
  expect(letter).toMatch(/^Auto-Submitted: auto-generated/im);
  expect(world.vendors.whatsappCloud.sentTo("4915112347001")).toEqual([]);
}, 60_000);

test("a letter that comes back fires its trigger for the card, once", async () => {
  const bounced = await world.api<{ id: string }>("/api/automation/triggers", {
    method: "POST",
    body: { kind: "mail-bounced", name: "Mail came back" },
  });
  automation().stageRules.push({ code: `threadline-${bounced.id}`, typeId: 1, stageId: "JUNK" });
  const email = "gone@customer.example";
  const lead = leadOf("+4915112347002", email);
  await sends(lead, { channel: "email", text: "Are you there?", subject: "A question" });
  const messageId = /^Message-ID: (<.*>)/im.exec(lettersTo(email)[0] ?? "")?.[1] ?? "";
  server.deliver(ADDRESS, bounceOf(email, messageId));
  const executions = () => automation().executions.filter(({ code }) => code === `threadline-${bounced.id}`);
  await until(
    () => executions().length > 0,
    PATIENCE_MS,
    "the trigger to be fired",
    async () => JSON.stringify(await world.api(`/api/automation/firings?trigger=${bounced.id}`)),
  );
  // Their server says it twice; what comes after it has been read as well then.
  server.deliver(ADDRESS, bounceOf(email, messageId));
  server.deliver(
    ADDRESS,
    mail({ from: "Nora <nora@customer.example>", to: ADDRESS, subject: "After it", text: "Hello" }),
  );
  const isThere = async () =>
    (await world.api<object[]>("/api/journal?limit=20")).some((one) => JSON.stringify(one).includes("After it"));
  await until(isThere, PATIENCE_MS, "the letter behind it");
  expect(await world.api(`/api/automation/firings?trigger=${bounced.id}`)).toHaveLength(1);
  expect(executions()).toMatchObject([{ typeId: 1, id: lead, moved: "JUNK" }]);
}, 60_000);

function bounceOf(email: string, messageId: string): string {
  return [
    "From: Mail Delivery System <MAILER-DAEMON@mx.customer.example>",
    `To: ${ADDRESS}`,
    "Subject: Undelivered Mail Returned to Sender",
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <bounce-${messageId.slice(1, 9)}@mx.customer.example>`,
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    "",
    "--b",
    "Content-Type: text/plain",
    "",
    `<${email}>: 550 5.1.1 no such user`,
    "--b",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.customer.example",
    "",
    `Final-Recipient: rfc822; ${email}`,
    "Action: failed",
    "Status: 5.1.1",
    "Diagnostic-Code: smtp; 550 5.1.1 no such user",
    "",
    "--b",
    "Content-Type: message/rfc822",
    "",
    `Message-ID: ${messageId}`,
    `From: ${ADDRESS}`,
    `To: ${email}`,
    "Subject: A question",
    "",
    "Are you there?",
    "--b--",
    "",
  ].join("\n");
}
