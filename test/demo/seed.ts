/** Fills the demo with invented people, deals and conversations, all of them played through the real server. */
import { readFile } from "node:fs/promises";
import type { Chat } from "../emulators/portal/model.ts";
import type { Fields } from "../emulators/portal/values.ts";
import type { UserContent } from "../emulators/telegram/users.ts";
import type { Demo } from "./demo.ts";
import { chatWith, messagesOf, waitFor } from "./expect.ts";
import { offerPdf } from "./offer.ts";
import { openVisitor, sendRequest } from "./visitor.ts";

const anna = 5;
const boris = 7;
const typeIds = { deal: 2, contact: 3, company: 4 } as const;

export async function seed(demo: Demo): Promise<void> {
  seedCrm(demo);
  await Promise.all([seedMaria(demo), seedPriya(demo), seedTom(demo), seedVisitor(demo), seedRequest(demo)]);
}

function seedCrm(demo: Demo): void {
  const { crm } = demo.world.portal.portal().portal;
  const add = (kind: keyof typeof typeIds, fields: Fields): number =>
    crm.add(typeIds[kind], fields, anna, Date.now()).id;
  const reach = (phone: string, email: string): Fields[] => [
    { typeId: "PHONE", valueType: "MOBILE", value: phone },
    { typeId: "EMAIL", valueType: "WORK", value: email },
  ];
  const brightwave = add("company", { title: "Brightwave Studio", assignedById: anna });
  const kestrel = add("company", { title: "Kestrel Coworking", assignedById: boris });
  const library = add("company", { title: "Oakfield Library", assignedById: anna });
  const person = (name: string, lastName: string, more: Fields): number => add("contact", { name, lastName, ...more });
  const maria = person("Maria", "Lopez", {
    post: "Office manager",
    companyId: brightwave,
    assignedById: anna,
    fm: reach("+34 600 123 456", "maria@brightwave.example"),
  });
  const priya = person("Priya", "Nair", {
    post: "Community lead",
    companyId: kestrel,
    assignedById: boris,
    fm: reach("+44 7700 900 321", "priya@kestrel.example"),
  });
  const daniel = person("Daniel", "Novak", {
    companyId: library,
    assignedById: anna,
    fm: reach("+420 601 000 222", "novak@oakfield.example"),
  });
  const sofia = person("Sofia", "Rossi", { assignedById: boris, fm: reach("+39 320 000 1199", "sofia@rossi.example") });
  const deal = (title: string, opportunity: number, more: Fields): number =>
    add("deal", { title, opportunity, currencyId: "USD", ...more });
  deal("Bar stools, 8 pieces", 960, { contactId: sofia, assignedById: boris, stageId: "LOSE" });
  deal("Reading lamps, brass", 1_120, { contactId: daniel, companyId: library, assignedById: anna, stageId: "WON" });
  deal("Bookshelves, reading room", 3_150, { contactId: daniel, companyId: library, assignedById: anna });
  deal("Corner sofa, blue linen", 1_890, { contactId: sofia, assignedById: boris });
  deal("Office chairs, 24 pieces", 6_240, {
    contactId: priya,
    companyId: kestrel,
    assignedById: boris,
    stageId: "EXECUTING",
  });
  deal("Oak table with 6 chairs", 2_480, {
    contactId: maria,
    companyId: brightwave,
    assignedById: anna,
    stageId: "EXECUTING",
    comments: "Delivery on a Friday, second floor.",
  });
}

async function seedMaria(demo: Demo): Promise<void> {
  const { world } = demo;
  const { telegram } = world;
  const maria = telegram.addPerson({ first_name: "Maria", last_name: "Lopez", username: "maria_lopez" });
  const writes = (content: UserContent | string, options = {}) => telegram.userWrites(maria.id, content, options);
  writes("Hello! Do you deliver on Fridays?");
  const chat = await chatWith(world, "Do you deliver on Fridays?");
  await answer(demo, chat, anna, "Hello Maria! We do, between 9 and 18. Which address shall I note?");
  writes("Oak Street 12, second floor");
  await chatWith(world, "Oak Street 12, second floor");
  const bytes = await readFile(new URL("./site/room.jpg", import.meta.url));
  writes({ photo: { bytes, width: 800, height: 500, mime: "image/jpeg" }, caption: "Will the table fit in here?" });
  await chatWith(world, "Will the table fit in here?");
  await answer(
    demo,
    chat,
    anna,
    "It will: the top is [b]180 × 90 cm[/b] and the legs come off for the stairs. Here is the offer:",
    [{ name: "Offer 2481.pdf", type: "application/pdf", content: offerPdf() }],
  );
  const [told] = telegram
    .sentTo(maria.id)
    .filter((message) => `${message.text ?? message.caption}`.startsWith("It will"));
  const quote = "the legs come off";
  writes("Perfect, then please go ahead!", told === undefined ? {} : { replyTo: told.message_id, quote });
  await chatWith(world, "Perfect, then please go ahead!");
}

async function seedPriya(demo: Demo): Promise<void> {
  const { world } = demo;
  const priya = world.telegram.addPerson({ first_name: "Priya", last_name: "Nair", username: "priya_nair" });
  world.telegram.userWrites(priya.id, "Can we move the chairs to the 14th?");
  const chat = await chatWith(world, "Can we move the chairs to the 14th?");
  await answer(demo, chat, boris, "Of course. The 14th, before noon, it is.");
  world.telegram.userWrites(priya.id, "Great, thanks Boris");
  await chatWith(world, "Great, thanks Boris");
  world.portal.portal().finishDialog(chat.id);
}

async function seedTom({ world }: Demo): Promise<void> {
  const tom = world.telegram.addPerson({ first_name: "Tom", last_name: "Weber", username: "tom_weber" });
  world.telegram.userWrites(tom.id, "Is the blue sofa in stock?");
  await chatWith(world, "Is the blue sofa in stock?");
}

async function seedVisitor(demo: Demo): Promise<void> {
  const { world } = demo;
  const visitor = await openVisitor(world.web.url, demo.webchatAccount.id, demo.shop.url);
  await visitor.write("Hi, do your lamps come with a bulb?");
  const chat = await chatWith(world, "do your lamps come with a bulb?");
  await answer(demo, chat, anna, "Hello! They do, a warm white one.");
}

async function seedRequest({ world, shop, formAccount }: Demo): Promise<void> {
  const text = "A round table for six, in ash. Do you build that?";
  await sendRequest(formAccount.embed, shop.url, { name: "Ines Duarte", email: "ines@duarte.example", text });
  await chatWith(world, text);
}

type Attachment = Parameters<ReturnType<Demo["world"]["portal"]["portal"]>["operatorWrites"]>[1]["files"];

/** An agent answers in Open Lines, and the customer gets it. */
async function answer(
  { world }: Demo,
  chat: Chat,
  userId: number,
  text: string,
  files: Attachment = [],
): Promise<void> {
  world.portal.portal().operatorWrites(chat.id, { text, userId, files });
  await waitFor(world, `“${text}” to be delivered`, () =>
    messagesOf(world, chat, "operator").every((message) => !message.sending),
  );
}
