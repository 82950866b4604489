import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createEmailAdapter } from "../../src/channels/email/adapter.ts";
import type { PortalId } from "../../src/domain/ids.ts";
import { installation, newPortalId } from "../contract/store-fixtures.ts";
import { followPage, type MailVendorsEmulator, startMailVendors } from "../emulators/mail-vendors/emulator.ts";
import { bootOf, openSite, type Site } from "./support/site.ts";

/** Signing a mailbox in at its provider's page, as the server sees it: whose way it is, what comes back, and who may have it. */

let vendors: MailVendorsEmulator;
let site: Site;
let admin: string;

beforeAll(async () => {
  vendors = await startMailVendors();
  const env = vendors.env();
  const keys = (name: string) => ({
    clientId: env[`${name}_CLIENT_ID`] ?? "",
    clientSecret: env[`${name}_CLIENT_SECRET`] ?? "",
    url: vendors.url,
  });
  const resolver = {
    resolveMx: async (domain: string) => {
      if (domain === "workspace.example") return [{ exchange: "aspmx.l.google.com", priority: 1 }];
      if (domain === "contoso.example")
        return [{ exchange: "contoso-example.mail.protection.outlook.com", priority: 0 }];
      throw new Error("no such name");
    },
    resolveSrv: async () => [],
  };
  const mailVendors = { google: keys("GOOGLE"), microsoft: keys("MICROSOFT") };
  site = await openSite({ channels: [createEmailAdapter({ mailVendors, discover: { resolver } })] });
  admin = await site.install();
});
beforeEach(() => {
  for (const vendor of [vendors.google, vendors.microsoft]) {
    vendor.atThePage = {};
    vendor.trouble = undefined;
  }
});
afterAll(async () => {
  await site?.stop();
  await vendors?.close();
});

const ANNA = "anna@workspace.example";
const wish = (settings: object = { address: ANNA }) => ({ channel: "email", settings });
const offer = async (settings: object) =>
  (await site.api(admin, "POST", "/sign-ins/offer", wish(settings))).json() as Record<string, unknown>;

async function begin(settings: object = { address: ANNA }, vendor = "google", session = admin): Promise<string> {
  const answer = await site.api(session, "POST", "/sign-ins", { ...wish(settings), vendor });
  expect(answer.statusCode).toBe(200);
  return (answer.json() as { url: string }).url;
}

/** As the window of the way comes back. */
async function back(address: string) {
  const url = new URL(address);
  const answer = await site.app.inject({ url: `${url.pathname}${url.search}` });
  return {
    status: answer.statusCode,
    boot: { ...bootOf(answer.body) } as { readonly code?: string; readonly sentence?: string },
    answer,
  };
}

const take = (code: string, session = admin) => site.api(session, "POST", "/sign-ins/take", { code });

async function signedIn(settings: object = { address: ANNA }, vendor = "google"): Promise<string> {
  const { boot } = await back(await followPage(await begin(settings, vendor)));
  return ((await take(boot.code ?? "")).json() as { id: string }).id;
}

describe("what is offered", () => {
  test("goes by the address: known domains, and domains whose mail Google or Microsoft takes", async () => {
    expect(await offer({ address: "a@gmail.com" })).toMatchObject({ vendor: { id: "google" }, typed: true });
    expect(await offer({ address: ANNA })).toMatchObject({ vendor: { id: "google" }, typed: true });
    expect(await offer({ address: "a@contoso.example" })).toMatchObject({ vendor: { id: "microsoft" }, typed: false });
    expect(await offer({ address: "a@elsewhere.example" })).toEqual({
      ...{ vendor: null, sentence: null, typed: true, signedInAs: null },
    });
    expect(await offer({ address: "half@" })).toMatchObject({ vendor: null });
    expect(await offer({ address: "a@gmail.com", imapHost: "imap.elsewhere.example" })).toMatchObject({ vendor: null });
  });

  test("says what to do instead where this server has no application at the vendor", async () => {
    const plain = await openSite({ channels: [createEmailAdapter()] });
    const session = await plain.install();
    const told = async (address: string) =>
      (await plain.api(session, "POST", "/sign-ins/offer", wish({ address }))).json() as { sentence: string };
    expect(await told("a@gmail.com")).toMatchObject({
      vendor: null,
      typed: true,
      sentence: expect.stringContaining("2-Step Verification"),
    });
    expect(await told("a@outlook.com")).toMatchObject({
      vendor: null,
      typed: false,
      sentence: expect.stringContaining("MICROSOFT_CLIENT_ID"),
    });
    expect((await plain.api(session, "POST", "/sign-ins", { ...wish(), vendor: "google" })).statusCode).toBe(404);
    await plain.stop();
  });

  test("is for administrators, and for channels that have such a page", async () => {
    const agent = await site.sessionOf(5);
    expect((await site.api(agent, "POST", "/sign-ins/offer", wish())).statusCode).toBe(403);
    expect((await site.api(agent, "POST", "/sign-ins", { ...wish(), vendor: "google" })).statusCode).toBe(403);
    expect((await site.api(admin, "POST", "/sign-ins/offer", { channel: "telegram" })).statusCode).toBe(404);
    const invalid = await site.api(admin, "POST", "/sign-ins", { ...wish({ address: "none" }), vendor: "google" });
    expect(invalid.json()).toMatchObject({ error: { code: "invalid_request", field: "settings.address" } });
  });
});

describe("the way there", () => {
  test("asks for what is needed and no more, with PKCE and without a secret", async () => {
    const google = new URL(await begin());
    expect(Object.fromEntries(google.searchParams)).toMatchObject({
      client_id: vendors.google.clientId,
      redirect_uri: "http://threadline.test/oauth/mail/callback",
      scope: "openid email https://mail.google.com/",
      access_type: "offline",
      code_challenge_method: "S256",
      login_hint: ANNA,
    });
    expect(google.href).not.toContain(vendors.google.clientSecret);
    const microsoft = new URL(await begin({ address: "a@contoso.example" }, "microsoft"));
    expect(microsoft.searchParams.get("scope")?.split(" ")).toEqual([
      ...["openid", "email", "profile", "offline_access"],
      ...["https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send"],
    ]);
  });
});

describe("the way back", () => {
  test("counts once, and gives nothing but a word that counts once for whoever began", async () => {
    const address = await followPage(await begin());
    const { status, boot, answer } = await back(address);
    expect(status).toBe(200);
    expect(boot).toMatchObject({ kind: "signed-in", who: ANNA, vendor: "Google" });
    expect(answer.headers["cross-origin-opener-policy"]).toBe("unsafe-none");
    expect(answer.headers["cache-control"]).toBe("no-store");
    for (const secret of ["ya29.", "1//"]) expect(answer.body).not.toContain(secret);
    expect(await back(address)).toMatchObject({ status: 400, boot: { kind: "failed", why: "stale" } });

    expect((await take(boot.code ?? "", await site.sessionOf(5))).statusCode).toBe(403);
    const other = newPortalId();
    await site.store.portals.install(installation(other));
    const issue = (portal: PortalId, userId: string) =>
      site.sessions.issue({ portal, userId, admin: true, placement: "DEFAULT", options: {} });
    expect((await take(boot.code ?? "", await issue(other, "1"))).statusCode).toBe(422);
    expect((await take(boot.code ?? "", await issue(site.memberId, "9"))).statusCode).toBe(422);
    expect((await take("WRONG-WORD")).statusCode).toBe(422);
    expect((await take(`${boot.code?.slice(0, 5)} ${boot.code?.slice(5)}`)).json()).toMatchObject({
      who: ANNA,
      vendor: "google",
    });
    expect((await take(boot.code ?? "")).statusCode).toBe(422);
  });

  test("of an invented state, or of none: 400, and the vendor is not asked", async () => {
    const calls = vendors.google.calls.length;
    const path = "http://x/oauth/mail/callback";
    for (const url of [path, `${path}?code=1`, `${path}?state=invented&code=1`, `${path}?state=a&state=b`])
      expect(await back(url)).toMatchObject({ status: 400, boot: { why: "stale" } });
    expect(vendors.google.calls).toHaveLength(calls);
  });

  test("denied, with the tick taken off, or as somebody else: said in words, and nothing is kept", async () => {
    vendors.google.atThePage = { denies: true };
    expect(await back(await followPage(await begin()))).toMatchObject({ status: 403, boot: { why: "denied" } });
    vendors.google.atThePage = { unticks: true };
    const unticked = await back(await followPage(await begin()));
    expect(unticked).toMatchObject({ status: 403, boot: { sentence: expect.stringContaining("ticked") } });
    vendors.google.atThePage = { who: "boris@workspace.example" };
    const other = await back(await followPage(await begin()));
    expect(other).toMatchObject({
      status: 403,
      boot: { sentence: expect.stringContaining("boris@workspace.example") },
    });
    expect(other.boot).not.toHaveProperty("code");
    // The address is another name of Boris's box, and he said so.
    const alias = await back(await followPage(await begin({ address: ANNA, user: "boris@workspace.example" })));
    expect(alias.boot).toMatchObject({ kind: "signed-in", who: "boris@workspace.example" });
  });

  test("Gmail's dots and names are one address; a personal box at Microsoft is its owner's alone", async () => {
    vendors.google.atThePage = { who: "annaberg@gmail.com" };
    expect((await back(await followPage(await begin({ address: "Anna.Berg@googlemail.com" })))).status).toBe(200);
    vendors.microsoft.atThePage = { who: "boris@contoso.example" };
    const personal = { address: "anna@contoso.example", box: "personal" };
    expect((await back(await followPage(await begin(personal, "microsoft")))).status).toBe(403);
    expect((await back(await followPage(await begin({ ...personal, box: "shared" }, "microsoft")))).boot).toMatchObject(
      {
        kind: "signed-in",
        sentence: expect.stringContaining("full access"),
      },
    );
  });

  test("to another challenge than its verifier answers: the vendor refuses, and so do we", async () => {
    const url = new URL(await begin());
    url.searchParams.set("code_challenge", "A".repeat(43));
    expect(await back(await followPage(url.href))).toMatchObject({ status: 403, boot: { kind: "failed" } });
  });

  test("with a vendor's word that was made for another request: refused", async () => {
    const url = new URL(await begin());
    url.searchParams.set("nonce", "another");
    expect(await back(await followPage(url.href))).toMatchObject({
      status: 403,
      boot: { sentence: expect.stringContaining("did not say who signed in") },
    });
  });

  test("while the vendor is in trouble: 503, in words, in the reader's language", async () => {
    const address = new URL(await followPage(await begin()));
    vendors.google.trouble = 503;
    const answer = await site.app.inject({
      url: `${address.pathname}${address.search}`,
      headers: { "accept-language": "ru" },
    });
    expect(answer.statusCode).toBe(503);
    expect(bootOf(answer.body)).toMatchObject({
      locale: "ru",
      sentence: expect.stringContaining("Не удалось запросить"),
    });
  });
});

describe("an account with a sign-in", () => {
  const create = (signIn: string, settings: object = { address: ANNA }) =>
    site.api(admin, "POST", "/accounts", { channel: "email", credentials: { signIn }, settings });

  test("is made of one that fits its address and that nobody else has", async () => {
    const id = await signedIn();
    expect((await create(id, { address: "boris@workspace.example" })).json()).toMatchObject({
      error: { code: "invalid_request", field: "credentials.signIn" },
    });
    expect((await create("11111111-2222-4333-8444-555555555555")).statusCode).toBe(400);
    const made = await create(id);
    expect(made.statusCode).toBe(201);
    const account = (made.json() as { id: string }).id;
    expect(made.body).not.toContain(id);
    expect((await site.store.grants.find(site.memberId, id))?.account).toBe(account);
    const offered = await site.api(admin, "POST", "/sign-ins/offer", { ...wish(), account });
    expect(offered.json()).toMatchObject({ signedInAs: ANNA });
    // Another account cannot have it too.
    vendors.google.atThePage = { who: ANNA };
    expect((await create(id, { address: "x@workspace.example", user: ANNA })).statusCode).toBe(400);
    expect((await site.api(admin, "DELETE", `/accounts/${account}`)).statusCode).toBe(204);
    expect(await site.store.grants.find(site.memberId, id)).toBeUndefined();
  });

  test("wants a password or a sign-in", async () => {
    const none = await site.api(admin, "POST", "/accounts", { channel: "email", settings: { address: ANNA } });
    expect(none.json()).toMatchObject({ error: { field: "credentials.password" } });
  });
});
