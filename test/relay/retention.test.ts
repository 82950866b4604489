import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { laneOf } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createRepairs } from "../../src/relay/repair.ts";
import { createRetention } from "../../src/relay/retention.ts";
import { Relay } from "./harness.ts";

const DAY = 86_400_000;
let relay: Relay;
beforeAll(async () => {
  relay = await Relay.start({
    portalFile: async () => ({
      kind: "opened",
      stream: Readable.from([Buffer.from("file bytes")]),
      mime: "text/plain",
    }),
  });
});
afterAll(() => relay.stop());

it("does not send again what was deleted and still stands in the line's history", async () => {
  const { store, portal } = relay;
  const conversation = await relay.customerWrites("maria", "hello");
  await relay.run("in", conversation);
  const chat = Number((await store.conversations.find(portal, conversation))?.imChatId);
  const { id } = relay.emulator.portal().operatorWrites(chat, { text: "here is the offer", userId: 5 });
  await relay.operatorDoes({
    kind: "message",
    chatId: conversation,
    imChatId: String(chat),
    imMessageId: String(id),
    authorId: "5",
    content: {
      body: plainText("here is the offer"),
      attachments: [{ kind: "file", source: { by: "portal", url: "https://portal.example/offer" }, name: "offer.txt" }],
    },
  });
  await relay.run("out", conversation);
  expect(relay.channel.sent).toMatchObject([{ text: "here is the offer", files: ["offer.txt"] }]);
  const [offer] = await store.messages.journal(portal, { direction: "out", limit: 1 });
  const source = offer?.content.attachments[0]?.source;
  if (source?.by !== "media") throw new Error("The file was not kept");
  // Each lane has been run, and rests.
  for (const direction of ["in", "out"] as const) {
    const lane = laneOf(direction, conversation, portal);
    await store.lanes.take(lane, "worker-1", 1);
    await store.lanes.release(lane, "worker-1");
  }

  relay.advance(91 * DAY);
  const retention = createRetention({ ...relay.deps, inTurn: (_portal, work) => work(), owner: "w" });
  await retention.run();
  relay.resetClock();
  expect(await store.messages.journal(portal, { limit: 10 })).toEqual([]);
  expect(await relay.deps.shelf.open(source.id)).toBeUndefined();

  await store.portals.noteGap(new Date(), portal);
  const repair = createRepairs({ ...relay.deps, lines: relay.deps.portals.lines, owner: "w" });
  repair.start(portal);
  const compared = async () => (await store.conversations.find(portal, conversation))?.comparedAt;
  await expect.poll(compared).toBeInstanceOf(Date);
  await repair.close();
  await relay.run("out", conversation);
  expect(relay.channel.sent).toHaveLength(1);
});
