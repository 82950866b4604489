import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, createWorld, type World } from "./harness.ts";

describe("batch", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.stop());

  it("runs in order and puts earlier results into later commands", async () => {
    const answer = await world.call("batch", {
      halt: 0,
      cmd: {
        contact:
          "crm.item.add?entityTypeId=3&fields[name]=Rita%20%26%20Co&fields[fm][0][typeId]=EMAIL&fields[fm][0][value]=rita%40example.com",
        deal: "crm.item.add?entityTypeId=2&fields[title]=Deal+of+%24result%5Bcontact%5D%5Bitem%5D%5Bname%5D&fields[contactId]=$result[contact][item][id]",
      },
    });
    expect(at(answer, "result.result.contact.item.name")).toBe("Rita & Co");
    expect(at(answer, "result.result.deal.item.title")).toBe("Deal of Rita & Co");
    expect(at(answer, "result.result.deal.item.contactIds")).toEqual([at(answer, "result.result.contact.item.id")]);
    expect(at(answer, "result.result_error")).toEqual([]);
    expect(at(answer, "result.result_time.deal")).toMatchObject({ operating: 0 });
  });

  it("gives totals and next pages per command, and lists for listed commands", async () => {
    const answer = await world.call("batch", { cmd: ["user.get?start=0", "server.time"] });
    expect(at(answer, "result.result")).toHaveLength(2);
    expect(at(answer, "result.result_total")).toEqual([4]);
    expect(at(answer, "result.result_next")).toEqual([]);
  });

  it("refuses everything past the fiftieth command, nothing else", async () => {
    const cmd = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`c${index}`, "server.time"]));
    const answer = await world.call("batch", { cmd });
    expect(answer.status).toBe(200);
    expect(Object.keys(at(answer, "result.result") as object)).toHaveLength(50);
    expect(at(answer, "result.result_error")).toEqual({
      c50: { error: "ERROR_BATCH_LENGTH_EXCEEDED", error_description: "Max batch length exceeded" },
    });
  });

  it("does not nest", async () => {
    const answer = await world.call("batch", { cmd: { inner: "batch?cmd[a]=server.time" } });
    expect(at(answer, "result.result_error.inner.error")).toBe("ERROR_BATCH_METHOD_NOT_ALLOWED");
  });

  it("stops at the first error when told to", async () => {
    const cmd = { a: "crm.item.get?entityTypeId=2&id=999", b: "server.time" };
    const halted = await world.call("batch", { halt: 1, cmd });
    expect(at(halted, "result.result")).toEqual([]);
    const carriedOn = await world.call("batch", { halt: 0, cmd });
    expect(Object.keys(at(carriedOn, "result.result") as object)).toEqual(["b"]);
    expect(at(carriedOn, "result.result_error.a.error")).toBe("NOT_FOUND");
  });

  it("counts once in the bucket", async () => {
    const before = world.portal.portal.bucket.level("127.0.0.1", world.clock.now());
    await world.call("batch", { cmd: ["server.time", "server.time", "server.time"] });
    expect(world.portal.portal.bucket.level("127.0.0.1", world.clock.now())).toBe(before + 1);
  });
});
