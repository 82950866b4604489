import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TokenSource } from "../../src/channels/contract/vendor-sign-in.ts";
import { createSignInVendors } from "../../src/channels/email/sign-in-vendors.ts";
import type { Account } from "../../src/domain/account.ts";
import { createLogger } from "../../src/log/log.ts";
import { createTokenSources } from "../../src/relay/sign-ins/token-source.ts";
import type { GrantRepository, VendorGrant } from "../../src/store/contract/grants.ts";
import type { Store } from "../../src/store/contract.ts";
import { newAccount, place } from "../contract/store-fixtures.ts";
import { followPage, type MailVendorsEmulator, startMailVendors } from "../emulators/mail-vendors/emulator.ts";
import { freshStore } from "../support/store/fresh-store.ts";

/** Tokens of a mailbox over the hours and through troubles, with the emulated vendors and a real store. */

const log = createLogger("silent");
const REDIRECT = "http://threadline.test/oauth/mail/callback";
const MINUTE = 60_000;

describe("tokens of a sign-in", () => {
  let store: Store;
  let vendors: MailVendorsEmulator;
  let time: number;
  let account: Account;
  let id: string;

  beforeAll(async () => {
    [store, vendors] = await Promise.all([
      freshStore({ secretKey: "0123456789abcdef0123456789abcdef", log }),
      startMailVendors(),
    ]);
  }, 60_000);
  afterAll(async () => {
    await vendors?.close();
    await store?.close();
  });
  beforeEach(() => {
    time = Date.now();
    for (const vendor of [vendors.google, vendors.microsoft]) {
      vendor.trouble = undefined;
      vendor.hold = () => Promise.resolve();
      vendor.calls.splice(0);
    }
  });

  const known = () => {
    const env = vendors.env();
    const keys = (name: string) => ({
      clientId: env[`${name}_CLIENT_ID`] ?? "",
      clientSecret: env[`${name}_CLIENT_SECRET`] ?? "",
      url: vendors.url,
    });
    return createSignInVendors({ google: keys("GOOGLE"), microsoft: keys("MICROSOFT") }, () => time);
  };

  /** An account that was signed in at the vendor's page. */
  async function signedIn(vendorId: "google" | "microsoft"): Promise<void> {
    const vendor = known().find((one) => one.id === vendorId);
    if (!vendor) throw new Error("no such vendor");
    const settings = { address: "anna@gmail.com", box: "personal" };
    const page = vendor.pageUrl({ redirectUri: REDIRECT, state: "s", nonce: "n", challenge: CHALLENGE, settings });
    const code = new URL(await followPage(page)).searchParams.get("code") ?? "";
    const answer = await vendor.exchange({ code, redirectUri: REDIRECT, verifier: VERIFIER, nonce: "n" });
    if (answer.kind !== "granted") throw new Error(JSON.stringify(answer));
    const { accessToken, refreshToken = "", expiresAt, who = "" } = answer.tokens;
    const { portal } = await place(store);
    const word = randomUUID();
    const tokens = { accessToken, refreshToken, expiresAt };
    await store.grants.keep(portal, { channel: "email", vendor: vendorId, userId: "7", who, tokens, code: word });
    id = (await store.grants.confirm(portal, "7", word))?.id ?? "";
    account = { ...(await newAccount(store, portal)), channel: "email", credentials: { signIn: id } };
    vendors[vendorId].calls.splice(0);
  }

  /** One process of ours. */
  const source = (grants: GrantRepository = store.grants): TokenSource =>
    createTokenSources({
      store: { grants, locks: store.locks },
      channels: new Map([["email", { signIn: { vendors: known(), offer: async () => ({ typed: true }) } }]]),
      owner: randomUUID(),
      log,
      now: () => new Date(time),
    })(account);

  const kept = async (): Promise<VendorGrant> => {
    const grant = await store.grants.find(account.portal, id);
    if (!grant) throw new Error("the grant is gone");
    return grant;
  };
  const tokenOf = async (from: TokenSource, rejected?: string): Promise<string> => {
    const answer = await from.token(rejected);
    if (answer.kind !== "token") throw new Error(JSON.stringify(answer));
    return answer.token;
  };

  it("are used while they live, and renewed some minutes before they end", async () => {
    await signedIn("google");
    const own = source();
    const first = await tokenOf(own);
    time += 54 * MINUTE;
    expect(await tokenOf(own)).toBe(first);
    expect(vendors.google.renewals()).toBe(0);
    time += 2 * MINUTE;
    const second = await tokenOf(own);
    expect(second).not.toBe(first);
    expect((await kept()).tokens).toMatchObject({ accessToken: second });
    // The account has it from its first use on.
    expect((await kept()).account).toBe(account.id);
  });

  it("are renewed once, however many processes want them at the same time", async () => {
    await signedIn("microsoft");
    time += 59 * MINUTE;
    const processes = [source(), source(), source()];
    const all = await Promise.all(processes.flatMap((one) => [tokenOf(one), tokenOf(one)]));
    expect(new Set(all).size).toBe(1);
    expect(vendors.microsoft.renewals()).toBe(1);
    expect((await kept()).tokens.accessToken).toBe(all[0]);
  });

  it("are renewed once when the mail server refuses one, whoever tells of it first", async () => {
    await signedIn("google");
    const [one, other] = [source(), source()];
    const refused = await tokenOf(one);
    const [next, too] = await Promise.all([tokenOf(one, refused), tokenOf(other, refused)]);
    expect(next).not.toBe(refused);
    expect(too).toBe(next);
    expect(vendors.google.renewals()).toBe(1);
  });

  it("are stored with the new refresh token before anybody has them, and a crash between loses neither", async () => {
    await signedIn("microsoft");
    const before = (await kept()).tokens.refreshToken;
    time += 59 * MINUTE;
    const dying = source({ ...store.grants, saveTokens: () => Promise.reject(new Error("killed")) });
    expect((await dying.token()).kind).toBe("later");
    expect(vendors.microsoft.renewals()).toBe(1);
    expect((await kept()).tokens.refreshToken).toBe(before);
    // The vendor has made new ones that nobody has; the old refresh token is good for another time.
    const token = await tokenOf(source());
    const after = (await kept()).tokens;
    expect(after.accessToken).toBe(token);
    expect(after.refreshToken).not.toBe(before);
    expect(vendors.microsoft.renewals()).toBe(2);
  });

  it("of a process that died while it renewed are renewed by another when its lock is over", async () => {
    await signedIn("google");
    time += 59 * MINUTE;
    expect(await store.locks.acquire(`grant ${id}`, "dead", 300)).toBe(true);
    const token = await tokenOf(source());
    expect((await kept()).tokens.accessToken).toBe(token);
    expect(vendors.google.renewals()).toBe(1);
  });

  it("are gone when access was taken away: said once by the vendor, and not asked again", async () => {
    await signedIn("google");
    vendors.google.revoke("anna@gmail.com");
    time += 59 * MINUTE;
    const own = source();
    const gone = { kind: "gone", sentence: expect.stringContaining("Sign in there again") };
    expect(await own.token()).toEqual(gone);
    expect(await own.token("any")).toEqual(gone);
    expect(await source().token()).toEqual(gone);
    expect(vendors.google.calls).toHaveLength(1);
  });

  it("are used to their end while the vendor is in trouble, and asked for again after that", async () => {
    await signedIn("google");
    const own = source();
    const first = await tokenOf(own);
    vendors.google.trouble = 503;
    time += 57 * MINUTE;
    expect(await tokenOf(own)).toBe(first);
    expect((await own.token(first)).kind).toBe("later");
    time += 5 * MINUTE;
    expect(await own.token()).toEqual({ kind: "later", sentence: expect.stringContaining("tried again") });
    vendors.google.trouble = undefined;
    expect(await tokenOf(own)).not.toBe(first);
  });

  it("of a server that has other keys at the vendor by now are not thrown away for that", async () => {
    await signedIn("google");
    time += 59 * MINUTE;
    const own = source();
    const { clientSecret } = vendors.google;
    Object.assign(vendors.google, { clientSecret: "changed" });
    await tokenOf(own);
    time += 10 * MINUTE;
    expect(await own.token()).toEqual({ kind: "later", sentence: expect.stringContaining("GOOGLE_CLIENT_ID") });
    Object.assign(vendors.google, { clientSecret });
    expect((await own.token()).kind).toBe("token");
  });

  it("of another portal, another account, or of nobody: gone", async () => {
    await signedIn("google");
    const mine = account;
    await tokenOf(source());
    const { portal } = await place(store);
    for (const other of [
      { ...mine, portal },
      { ...mine, id: (await newAccount(store, mine.portal)).id },
      { ...mine, credentials: { signIn: randomUUID() } },
    ]) {
      account = other;
      expect(await source().token()).toMatchObject({ kind: "gone" });
    }
  });
});

/** RFC 7636, appendix B. */
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
