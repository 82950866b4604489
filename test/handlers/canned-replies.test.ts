/** Canned replies, by the API: everybody's by those who may change rules, one's own by oneself. */
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { admin, site, useApi } from "./support/api.ts";

useApi();
let agent: string;
let colleague: string;
beforeAll(async () => {
  [agent, colleague] = [await site.sessionOf(5), await site.sessionOf(7)];
});

const put = (session: string, body: object, id: string = randomUUID()) =>
  site.api(session, "PUT", `/canned-replies/${id}`, { text: "We are open 9 to 18.", ...body });
const list = async (session: string) =>
  (await site.api(session, "GET", "/canned-replies")).json<readonly { shortcut: string; own: boolean }[]>();
const remove = async (session: string, id: string) =>
  (await site.api(session, "DELETE", `/canned-replies/${id}`)).statusCode;

describe("canned replies", () => {
  test("for everybody are kept by an administrator and read by every agent", async () => {
    const id = randomUUID();
    const kept = await put(admin, { shortcut: "hours" }, id);
    expect(kept.json()).toMatchObject({ id, own: false, shortcut: "hours", changedBy: { id: "1", name: "Ada Admin" } });
    expect(await list(agent)).toEqual([kept.json()]);
    expect((await put(agent, { shortcut: "hours", text: "x" }, id)).statusCode).toBe(403);
    expect((await put(agent, { shortcut: "new" })).statusCode).toBe(403);
    expect(await remove(agent, id)).toBe(403);
    const taken = await put(admin, { shortcut: "Hours" });
    expect([taken.statusCode, taken.json().error.code]).toEqual([409, "shortcut_taken"]);
    expect(await remove(admin, id)).toBe(204);
    expect(await remove(admin, id)).toBe(404);
    expect(await list(agent)).toEqual([]);
    // Undone: put back under its id.
    expect((await put(admin, { shortcut: "hours" }, id)).statusCode).toBe(200);
    expect(await remove(admin, id)).toBe(204);
  });

  test("of one's own are nobody else's business", async () => {
    const id = randomUUID();
    expect((await put(agent, { shortcut: "mine", own: true }, id)).json()).toMatchObject({ own: true });
    expect(await list(colleague)).toEqual([]);
    expect(await list(admin)).toEqual([]);
    expect((await put(colleague, { shortcut: "x", own: true }, id)).statusCode).toBe(404);
    expect((await put(admin, { shortcut: "x" }, id)).statusCode).toBe(404);
    expect(await remove(colleague, id)).toBe(404);
    expect(await remove(admin, id)).toBe(404);
    expect((await put(agent, { shortcut: "mine", own: true, text: "changed" }, id)).json().text).toBe("changed");
    expect(await remove(agent, id)).toBe(204);
  });

  test("are one word and some text, and not without end", async () => {
    for (const body of [{ shortcut: "two words" }, { shortcut: "" }, { shortcut: "/x" }, { shortcut: "x", text: " " }])
      expect((await put(admin, body)).statusCode).toBe(400);
    expect((await put(admin, { shortcut: "x" }, "rubbish")).statusCode).toBe(404);
    for (let index = 0; index < 500; index += 1)
      await site.store.cannedReplies.put(site.memberId, {
        ...{ id: randomUUID() as never, ownerId: "5", shortcut: `w${index}`, text: "x", changedBy: "5" },
      });
    expect((await put(agent, { shortcut: "more", own: true })).json().error.code).toBe("too_many");
    const [one] = await site.store.cannedReplies.list(site.memberId, "5");
    expect((await put(agent, { shortcut: "more", own: true }, one?.id)).statusCode).toBe(200);
  });
});
