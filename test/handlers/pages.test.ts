import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PageRequest } from "../emulators/portal/pages.ts";
import { bootOf, openSite, type Site } from "./support/site.ts";

let site: Site;
let pagesDir: string;

beforeAll(async () => {
  pagesDir = await mkdtemp(join(tmpdir(), "threadline-built-"));
  for (const page of ["settings", "workplace", "card-tab", "connector-setup", "install"]) {
    await mkdir(join(pagesDir, page));
    const slot = '<script type="application/json" id="boot">{}</script>';
    await writeFile(
      join(pagesDir, page, "index.html"),
      `<!doctype html><html lang="en"><head><title>${page}</title>${slot}</head><body></body></html>`,
    );
  }
  site = await openSite({ pagesDir });
  await site.install();
});

afterAll(async () => {
  await site.stop();
  await rm(pagesDir, { recursive: true, force: true });
});

const app = (userId?: number) => site.portal.appRequest({ userId });
const titleOf = (html: string) => /<title>(.*?)<\/title>/.exec(html)?.[1];

describe("POST /", () => {
  test("administrators get the settings, agents the workplace", async () => {
    expect(titleOf((await site.frame(app(1))).body)).toBe("settings");
    expect(titleOf((await site.frame(app(5))).body)).toBe("workplace");
  });

  test("keeps the viewer with a pair of their own", async () => {
    const request = app(7);
    await site.frame(request);
    const user = await site.store.users.find(site.memberId, "7");
    expect(user).toMatchObject({
      name: "Boris Berg",
      admin: false,
      tokens: { accessToken: request.fields.AUTH_ID, refreshToken: request.fields.REFRESH_ID },
    });
  });

  test("the boot data cannot end its script, and is the page's language", async () => {
    await site.store.portals.update(site.memberId, { name: "</script><script>alert(1)</script>" });
    const request = app(1);
    const answer = await site.frame({ ...request, url: request.url.replace("LANG=en", "LANG=ru") });
    expect(answer.body).not.toContain("<script>alert");
    expect(bootOf(answer.body)).toMatchObject({ portal: { name: "</script><script>alert(1)</script>" }, locale: "ru" });
    expect(answer.body).toContain('<html lang="ru"');
    expect(answer.headers["cache-control"]).toBe("no-store");
  });
});

describe("POST /placements/:name", () => {
  const options = {
    PLACEMENT: "CRM_DEAL_DETAIL_TAB",
    PLACEMENT_OPTIONS: JSON.stringify({ ID: "42", URI: "/crm/deal/details/42/", nested: { a: 1 } }),
  };

  test.each([
    ["deal-tab", "card-tab"],
    ["lead-tab", "card-tab"],
    ["contact-tab", "card-tab"],
    ["company-tab", "card-tab"],
    ["workplace", "workplace"],
    ["connector-setup", "connector-setup"],
  ])("%s shows %s", async (name, page) => {
    const answer = await site.frame(app(1), options, `/placements/${name}`);
    expect(answer.statusCode).toBe(200);
    expect(titleOf(answer.body)).toBe(page);
    expect(bootOf(answer.body)).toMatchObject({
      placement: "CRM_DEAL_DETAIL_TAB",
      options: { ID: "42", URI: "/crm/deal/details/42/" },
    });
    expect(bootOf(answer.body).options).not.toHaveProperty("nested");
  });

  test.each(["nothing", "__proto__", "constructor", "..%2finstall"])("%s is a 404", async (name) => {
    expect((await site.frame(app(1), {}, `/placements/${name}`)).statusCode).toBe(404);
  });

  test("only administrators connect channels", async () => {
    const answer = await site.frame(app(5), {}, "/placements/connector-setup");
    expect(answer.statusCode).toBe(403);
    expect(answer.headers["content-security-policy"]).toContain(
      `frame-ancestors 'self' http://${site.portal.portal.address}`,
    );
  });

  test("options that are no JSON are none", async () => {
    const answer = await site.frame(app(1), { PLACEMENT_OPTIONS: "{broken" }, "/placements/deal-tab");
    expect(bootOf(answer.body).options).toEqual({});
  });

  test("GET says to open it inside Bitrix24, in the browser's language", async () => {
    const answer = await site.app.inject({
      url: "/placements/deal-tab",
      headers: { "accept-language": "ru-RU,ru;q=0.9" },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain("Откройте эту страницу в Битрикс24");
  });
});

describe("wrong proofs", () => {
  const wrong: [name: string, change: Record<string, string | undefined>, status: number][] = [
    ["no member_id", { member_id: undefined }, 401],
    ["an unknown member_id", { member_id: "0123456789abcdef0123456789abcdef" }, 403],
    ["no APPLICATION_TOKEN", { APPLICATION_TOKEN: undefined }, 401],
    ["an empty APPLICATION_TOKEN", { APPLICATION_TOKEN: "" }, 401],
    ["a wrong APPLICATION_TOKEN", { APPLICATION_TOKEN: "wrong" }, 403],
    ["no AUTH_ID", { AUTH_ID: undefined }, 401],
    ["an invented AUTH_ID", { AUTH_ID: "c".repeat(70) }, 403],
  ];
  test.each(wrong.flatMap((row) => ["/", "/placements/deal-tab"].map((path) => [path, ...row] as const)))(
    "%s with %s",
    async (path, _name, change, status) => {
      const before = await site.store.users.find(site.memberId, "9");
      const answer = await site.frame(app(9), change, path);
      expect(answer.statusCode).toBe(status);
      expect(answer.body).not.toContain("session");
      expect(await site.store.users.find(site.memberId, "9")).toEqual(before);
    },
  );

  test("another portal's token is tried at the stored address of the portal it names, and refused", async () => {
    const other = await site.emulator.addPortal({ id: "other" });
    other.installRequest();
    const theirs: PageRequest = other.appRequest();
    const answer = await site.frame(app(1), { AUTH_ID: theirs.fields.AUTH_ID });
    expect(answer.statusCode).toBe(403);
  });

  test("a token in DOMAIN's hands goes nowhere: only the stored address is asked", async () => {
    const other = await site.emulator.addPortal({ id: "trap" });
    const request = app(1);
    const since = site.emulator.requests.entries().length;
    await site.frame({ ...request, url: request.url.replace(/DOMAIN=[^&]+/, `DOMAIN=${other.portal.address}`) });
    const asked = site.emulator.requests
      .entries()
      .slice(since)
      .map((entry) => entry.portal);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked).not.toContain("trap");
  });
});
