/** What the portal's own events do to chats and cards, through the whole application: nothing is told but by the portal. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cardsWith, commandsTo, commentsOn } from "../relay/crm/cards.ts";
import { until } from "../support/world/until.ts";
import { World } from "../support/world/world.ts";

const [ADMIN, ANNA, BORIS] = [1, 5, 7];
/** The application paces itself as a portal of that size wants it, whatever the emulated one would bear. */
const PATIENCE_MS = 30_000;
const TIMEOUT_MS = 90_000;
let world: World;
let phone: string;
let people = 0;
beforeAll(async () => {
  const portals = [{ systemMessages: true }];
  world = await World.start({ unpaced: true, portal: { portals } });
  await world.install();
  await world.connectTelegram();
  await world.api("/api/rules", {
    method: "PUT",
    body: {
      ruleset: {
        owner: { who: "rules" },
        chats: {
          responsible: { followTransfers: true },
          titles: { chat: { lead: "Chat" }, missed: { lead: "Nobody answered" } },
        },
      },
      basedOn: 0,
    },
  });
});
beforeEach(() => {
  people += 1;
  phone = `+7908${String(5_234_000 + people)}`;
});
afterAll(() => world?.stop());

const lead = () => cardsWith(world.portal, "lead", phone)[0];
const said = () => commentsOn(world.portal, "lead", lead()?.id ?? 0).join("\n");
const isSaid = (text: string) =>
  until(() => said().includes(text), PATIENCE_MS, `“${text}” to stand in the card`, said);

/** Somebody new writes; answers how they go on, and their chat in the portal. */
async function writes() {
  const { id } = world.telegram.addPerson();
  world.telegram.userWrites(id, `call ${phone}`);
  await isSaid("call");
  const { chats } = world.portal.portal().portal;
  const chat = [...chats.values()].find((one) => one.externalUserId === String(id));
  if (!chat) throw new Error("no chat");
  return { chat, goesOn: (text: string) => world.telegram.userWrites(id, text) };
}

/** As somebody does it in the card: the portal tells everybody. */
async function makesResponsible(person: number): Promise<void> {
  const controls = world.portal.portal();
  const { accessToken } = controls.issueTokens({ userId: ADMIN });
  const answer = await fetch(`${controls.portal.clientEndpoint}crm.item.update`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ entityTypeId: 1, id: lead()?.id, fields: { assignedById: person }, auth: accessToken }),
  });
  expect(answer.status).toBe(200);
}

const changes = () =>
  commandsTo(world.portal).filter((method) => /^crm\.item\.update$|operator\.transfer|intercept/.test(method));

test(
  "chat and card follow each other, and our own writes start nothing anew",
  async () => {
    const controls = world.portal.portal();
    const { chat, goesOn } = await writes();
    world.portal.requests.clear();
    controls.operatorWrites(chat.id, { text: "good day", userId: ANNA });
    const responsible = () => Number(lead()?.fields.assignedById);
    await until(() => responsible() === ANNA, PATIENCE_MS, "Anna to be responsible");
    await makesResponsible(BORIS);
    await until(() => chat.ownerId === BORIS, PATIENCE_MS, "Boris to have the chat");
    controls.operatorWrites(chat.id, { text: "I take over", userId: BORIS });
    await isSaid("I take over");
    await world.portal.events.settled();
    // Everything that the portal told has been looked at when this one is through.
    goesOn("thank you");
    await isSaid("thank you");
    await world.portal.events.settled();
    // Anna's by us, Boris' by whoever changed the card, and the chat's.
    expect(changes()).toEqual(["crm.item.update", "crm.item.update", "imopenlines.operator.transfer"]);
    expect([responsible(), chat.ownerId]).toEqual([BORIS, BORIS]);
  },
  TIMEOUT_MS,
);

test(
  "a chat that is closed without an answer is called so, and one that was answered is not",
  async () => {
    const controls = world.portal.portal();
    const unanswered = await writes();
    controls.finishDialog(unanswered.chat.id);
    await until(() => lead()?.fields.title === "Nobody answered", PATIENCE_MS, "the lead to be called differently");
    phone = phone.replace("+7908", "+7909");
    const answered = await writes();
    controls.operatorWrites(answered.chat.id, { text: "good day", userId: ANNA });
    await isSaid("good day");
    controls.finishDialog(answered.chat.id);
    await world.portal.events.settled();
    answered.goesOn("one more thing");
    await isSaid("one more thing");
    expect(lead()?.fields.title).toBe("Chat");
  },
  TIMEOUT_MS,
);
