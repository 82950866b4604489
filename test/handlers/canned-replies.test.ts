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

const putFolder = (session: string, body: object, id: string = randomUUID()) =>
  site.api(session, "PUT", `/canned-folders/${id}`, { name: "Payments", ...body });
const folders = async (session: string) =>
  (await site.api(session, "GET", "/canned-folders")).json<readonly { id: string; name: string; own: boolean }[]>();
const move = (session: string, id: string, folder: string | null) =>
  site.api(session, "PATCH", `/canned-replies/${id}`, { folder });
const removeFolder = (session: string, id: string, replies?: "keep" | "delete") =>
  site.api(session, "DELETE", `/canned-folders/${id}${replies ? `?replies=${replies}` : ""}`);

describe("folders of canned replies", () => {
  test("for everybody are kept by an administrator; what becomes of their replies is said, and can be taken back", async () => {
    const [folder, card, cash] = [randomUUID(), randomUUID(), randomUUID()];
    const kept = await putFolder(admin, { name: " Payments " }, folder);
    expect(kept.json()).toMatchObject({ id: folder, own: false, name: "Payments", changedBy: { name: "Ada Admin" } });
    expect(await folders(agent)).toEqual([kept.json()]);
    for (const refused of [putFolder(agent, { name: "x" }, folder), putFolder(agent, {}), removeFolder(agent, folder)])
      expect((await refused).json().error.code).toBe("editors_only");
    expect((await putFolder(admin, { name: "PAYMENTS" })).json().error).toMatchObject({ code: "name_taken" });
    expect((await putFolder(admin, { name: " " })).statusCode).toBe(400);

    const inside = { folder: { id: folder, name: "Payments" } };
    expect((await put(admin, { shortcut: "card", folder }, card)).json()).toMatchObject(inside);
    await put(admin, { shortcut: "cash" }, cash);
    expect((await move(agent, cash, folder)).statusCode).toBe(403);
    expect((await move(admin, cash, randomUUID())).statusCode).toBe(404);
    expect((await move(admin, cash, folder)).json()).toMatchObject(inside);
    // Saved by a page that says nothing of folders.
    expect((await put(admin, { shortcut: "cash", text: "In cash." }, cash)).json()).toMatchObject(inside);

    expect((await removeFolder(admin, folder)).json().error).toMatchObject({ code: "folder_not_empty", count: 2 });
    const gone = (await removeFolder(admin, folder, "delete")).json<{ replies: { id: string; shortcut: string }[] }>();
    expect(gone.replies.map(({ shortcut }) => shortcut)).toEqual(["card", "cash"]);
    expect([await list(agent), await folders(agent)]).toEqual([[], []]);
    const replies = gone.replies.map((one) => ({ ...one, text: "By card, or in cash." }));
    expect((await putFolder(admin, { replies }, folder)).statusCode).toBe(200);
    expect(await list(agent)).toMatchObject([
      { shortcut: "card", ...inside },
      { shortcut: "cash", ...inside },
    ]);

    expect((await removeFolder(admin, folder, "keep")).statusCode).toBe(200);
    expect(await list(agent)).toMatchObject([{ folder: null }, { folder: null }]);
    expect((await removeFolder(admin, folder)).statusCode).toBe(404);
    // Meanwhile another one has the word of a reply that was to come back.
    await remove(admin, card);
    await put(admin, { shortcut: "card" });
    const taken = await putFolder(admin, { replies }, folder);
    expect([taken.statusCode, taken.json().error.code]).toEqual([409, "shortcut_taken"]);
    expect(taken.json().error.message).toContain("/card");
    expect(await folders(agent)).toEqual([]);
    for (const one of (await site.api(admin, "GET", "/canned-replies")).json<{ id: string }[]>())
      await remove(admin, one.id);
  });

  test("of one's own are nobody else's business, and hold one's own replies alone", async () => {
    const [folder, shared, reply] = [randomUUID(), randomUUID(), randomUUID()];
    expect((await putFolder(agent, { own: true }, folder)).json()).toMatchObject({ own: true });
    await putFolder(admin, {}, shared);
    expect([await folders(colleague), await folders(admin)]).toMatchObject([[{ id: shared }], [{ id: shared }]]);
    for (const refused of [
      putFolder(colleague, { own: true, name: "x" }, folder),
      putFolder(admin, { name: "x" }, folder),
      removeFolder(colleague, folder, "keep"),
      removeFolder(admin, folder, "keep"),
      put(admin, { shortcut: "x", folder }),
      put(agent, { shortcut: "x", own: true, folder: shared }),
    ])
      expect((await refused).statusCode).toBe(404);
    expect((await put(agent, { shortcut: "mine", own: true, folder }, reply)).statusCode).toBe(200);
    expect((await move(colleague, reply, null)).statusCode).toBe(404);
    expect((await move(agent, reply, shared)).statusCode).toBe(404);
    expect((await move(agent, reply, null)).json()).toMatchObject({ folder: null, shortcut: "mine" });
    for (const [session, id] of [
      [agent, folder],
      [admin, shared],
    ] as const)
      expect((await removeFolder(session, id)).json()).toEqual({ replies: [] });
    expect(await remove(agent, reply)).toBe(204);
  });

  test("are not without end", async () => {
    for (let index = 0; index < 100; index += 1)
      await site.store.cannedFolders.put(site.memberId, {
        ...{ id: randomUUID() as never, ownerId: "7", name: `f${index}`, changedBy: "7" },
      });
    expect((await putFolder(colleague, { own: true })).json().error.code).toBe("too_many");
    const [first] = await folders(colleague);
    expect((await putFolder(colleague, { own: true, name: "First" }, first?.id)).statusCode).toBe(200);
  });
});

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
