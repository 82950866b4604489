import { randomUUID } from "node:crypto";
import type { SMTPServerAuthentication } from "smtp-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { followPage, type MailVendorsEmulator, startMailVendors } from "../../emulators/mail-vendors/emulator.ts";
import type { CrmItem } from "../../emulators/portal/model.ts";
import { startSmtp, type TestSmtp } from "../../support/mail/smtp.ts";
import { type Dovecot, startDovecot } from "../../support/services/dovecot.ts";
import { freshServices } from "../../support/services/fresh-services.ts";
import { until } from "../../support/world/until.ts";
import { type ApiAccount, World } from "../../support/world/world.ts";
import { mail } from "./harness.ts";

/**
 * A mailbox that is signed in at Google's or Microsoft's page: from the offer to a letter read and a letter sent, through the real
 * server in two processes, against a real Dovecot and SMTP server that ask the emulated vendors whose token they were given.
 */

const PATIENCE_MS = 45_000;
const CONTACT = 3;
const ANNA = "anna.berg@gmail.com";

interface Boot {
  readonly kind: string;
  readonly code: string;
  readonly who: string;
  readonly why: string;
  readonly sentence: string | null;
}

interface Taken {
  readonly id: string;
  readonly who: string;
}

describe("a mailbox that is signed in at its provider's page", () => {
  let vendors: MailVendorsEmulator;
  let server: Dovecot;
  let smtp: TestSmtp;
  let world: World;
  let customer: CrmItem;
  const tried: SMTPServerAuthentication[] = [];

  beforeAll(async () => {
    vendors = await startMailVendors();
    [server, smtp] = await Promise.all([
      startDovecot({ introspection: `${vendors.url}/introspect` }),
      startSmtp({
        authMethods: ["XOAUTH2"],
        hideSTARTTLS: true,
        disabledCommands: ["STARTTLS"],
        allowInsecureAuth: true,
      }),
    ]);
    smtp.auth = (auth) => {
      tried.push(auth);
      const owner = vendors.google.ownerOf(auth.accessToken ?? "") ?? vendors.microsoft.ownerOf(auth.accessToken ?? "");
      return owner === auth.username ? undefined : { code: 535, text: "5.7.8 Username and Password not accepted" };
    };
    world = await World.start({
      unpaced: true,
      services: await freshServices("mail"),
      env: { MAIL_PRIVATE_HOSTS: "127.0.0.1", ...vendors.env() },
    });
    await world.install();
    customer = world.portal.portal().portal.crm.add(
      CONTACT,
      {
        title: "Nora",
        fm: [{ typeId: "EMAIL", valueType: "WORK", value: "nora@customer.example" }],
        assignedById: 7,
      },
      1,
      Date.now(),
    );
  }, 90_000);
  afterAll(async () => {
    await world?.stop();
    await Promise.all([server?.stop(), smtp?.stop(), vendors?.close()]);
  });

  const said = () => world.processes.map((one) => one.tail(15)).join("\n--\n");
  const settingsOf = (address: string, more: object = {}) => ({
    ...{ address, imapHost: "127.0.0.1", imapPort: server.port, imapSecurity: "none" },
    ...{ smtpHost: "127.0.0.1", smtpPort: smtp.port, smtpSecurity: "none", ...more },
  });
  const post = <T>(path: string, body: unknown) => world.api<T>(`/api/${path}`, { method: "POST", body });
  const stateOf = async (id: string) =>
    (await world.api<{ connection: { kind: string; sentence: string } }>(`/api/accounts/${id}/session`)).connection;

  const becomes = (id: string, kind: string) =>
    until(
      async () => (await stateOf(id)).kind === kind,
      PATIENCE_MS,
      `the box to be ${kind}`,
      async () => `${JSON.stringify(await stateOf(id))}\n${said()}`,
    );
  const lettersAbout = (subject: string) =>
    [...world.portal.portal().portal.crm.activities.values()]
      .map(({ fields }) => fields)
      .filter(({ SUBJECT }) => SUBJECT === subject);

  async function pageAt(url: string): Promise<{ readonly status: number; readonly boot: Boot; readonly html: string }> {
    const answer = await fetch(url, { redirect: "manual" });
    const html = await answer.text();
    const boot = /<script type="application\/json" id="boot">(.*?)<\/script>/s.exec(html)?.[1] ?? "{}";
    return { status: answer.status, html, boot: JSON.parse(boot) as Boot };
  }

  async function signIn(address: string, vendor: "google" | "microsoft", more: object = {}): Promise<Taken> {
    const wish = { channel: "email", settings: settingsOf(address, more) };
    const { url } = await post<{ url: string }>("sign-ins", { ...wish, vendor });
    const { boot } = await pageAt(await followPage(url));
    return await post<Taken>("sign-ins/take", { code: boot.code });
  }

  let id = "";
  let grant = "";

  it("is offered by its address, and opened by what came back from the page", async () => {
    const wish = { channel: "email", settings: settingsOf(ANNA) };
    expect(await post("sign-ins/offer", wish)).toMatchObject({
      vendor: { id: "google", title: "Google" },
      typed: true,
    });
    const { url } = await post<{ url: string }>("sign-ins", { ...wish, vendor: "google" });
    const back = await followPage(url);
    const { status, boot, html } = await pageAt(back);
    expect(status).toBe(200);
    expect(boot).toMatchObject({ kind: "signed-in", who: ANNA });
    expect(html).not.toContain("ya29.");
    // The same way back a second time is nobody's.
    expect((await pageAt(back)).status).toBe(400);
    const taken = await post<Taken>("sign-ins/take", { code: boot.code.toLowerCase() });
    expect(taken.who).toBe(ANNA);
    await expect(post("sign-ins/take", { code: boot.code })).rejects.toThrow("not_accepted");
    grant = taken.id;
    id = (
      await post<ApiAccount>("accounts", {
        channel: "email",
        name: "Anna",
        credentials: { signIn: grant },
        settings: settingsOf(ANNA),
      })
    ).id;
    await becomes(id, "connected");
  }, 90_000);

  it("has its mail in the CRM, and is written from", async () => {
    const asked = { to: ANNA, from: "Nora <nora@customer.example>", subject: "Chairs", text: "Are they there?" };
    server.deliver(ANNA, mail({ ...asked, id: "Chairs-1" }));
    await until(() => lettersAbout("Chairs").length > 0, PATIENCE_MS, "the letter in the CRM", said);
    expect(lettersAbout("Chairs")).toMatchObject([{ OWNER_ID: String(customer.id) }]);
    const [question] = await world.api<{ conversation: string }[]>("/api/journal?text=Are%20they%20there");
    // The token that the letter would go by is refused by the server: one renewal, and the letter goes.
    vendors.google.expireTokens();
    const before = vendors.google.renewals();
    await post(`conversations/${question?.conversation}/messages`, { clientId: randomUUID(), text: "Yes, four" });
    await until(() => smtp.taken.length === 1, PATIENCE_MS, "the letter to leave", said);
    expect(smtp.taken[0]?.raw.toString()).toContain("In-Reply-To: <Chairs-1@example.com>");
    expect(vendors.google.renewals()).toBe(before + 1);
    expect(tried.at(-1)).toMatchObject({ method: "XOAUTH2", username: ANNA });
  }, 120_000);

  it("says that one has to sign in again when access was taken away, and goes on after that", async () => {
    vendors.google.revoke(ANNA);
    await world.api(`/api/accounts/${id}/session/restart`, { method: "POST" });
    await becomes(id, "bad-credentials");
    expect((await stateOf(id)).sentence).toBe(
      "Google has ended this application's access to the mailbox. Sign in there again.",
    );
    const calls = vendors.google.calls.length;
    const offer = await post("sign-ins/offer", { channel: "email", account: id, settings: settingsOf(ANNA) });
    expect(offer).toMatchObject({ signedInAs: ANNA });
    const taken = await signIn(ANNA, "google");
    await world.api(`/api/accounts/${id}`, { method: "PATCH", body: { credentials: { signIn: taken.id } } });
    await becomes(id, "connected");
    // The vendor was not asked about what it had refused.
    expect(vendors.google.calls.slice(calls).filter(({ grant: kind }) => kind === "refresh_token")).toEqual([]);
    // The sign-in before is gone with it.
    const body = { credentials: { signIn: grant } };
    await expect(world.api(`/api/accounts/${id}`, { method: "PATCH", body })).rejects.toThrow("cannot be used");
  }, 120_000);

  it("lets somebody who may open a shared mailbox at Microsoft sign in for it, and tells them what that needs", async () => {
    const [shared, boris] = ["office@outlook.com", "boris@contoso.example"];
    const wish = { channel: "email", settings: settingsOf(shared) };
    expect(await post("sign-ins/offer", wish)).toMatchObject({ vendor: { id: "microsoft" }, typed: false });
    vendors.microsoft.atThePage = { who: boris };
    const { url } = await post<{ url: string }>("sign-ins", { ...wish, vendor: "microsoft" });
    const { boot } = await pageAt(await followPage(url));
    expect(boot).toMatchObject({ kind: "signed-in", who: boris, sentence: expect.stringContaining("full access") });
    const taken = await post<Taken>("sign-ins/take", { code: boot.code });
    const made = await post<ApiAccount>("accounts", {
      channel: "email",
      name: "Office",
      credentials: { signIn: taken.id },
      settings: settingsOf(shared),
    });
    // This mail server lets people into boxes of their own name only, as Microsoft does without that access.
    await becomes(made.id, "bad-credentials");
    expect((await stateOf(made.id)).sentence).toContain(`does not let ${boris} into ${shared}`);
    vendors.microsoft.atThePage = {};
    const own = await signIn(shared, "microsoft", { box: "personal" });
    await world.api(`/api/accounts/${made.id}`, {
      method: "PATCH",
      body: { credentials: { signIn: own.id }, settings: settingsOf(shared, { box: "personal" }) },
    });
    await becomes(made.id, "connected");
  }, 120_000);
});
