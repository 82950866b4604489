import type { tl } from "@mtcute/core";
import type { PersonOutcome, WantedPerson } from "../contract/sending.ts";
import type { SessionMemory } from "../contract/sessions.ts";
import { type CallFailure, floodSeconds, says, tryCall } from "./client.ts";
import { accountState, spoken } from "./outcomes.ts";
import { customerOf } from "./peers.ts";
import type { SendTools } from "./send.ts";

/**
 * Whether somebody can be written to, by phone or @name. "Nobody" is only said when Telegram said so; a pause it asks
 * for, an error and a budget that is used up are "unknown".
 *
 * By phone, Telegram is asked without leaving a trace first (contacts.resolvePhone). It does not show people who hide
 * there, so the number is then added to the account's contacts and taken out again at once. What was to be added is
 * written down before, so that a crash between leaves nothing behind: `tidyContacts` takes it out at the next start.
 */
export interface FindTools extends SendTools {
  readonly memory: SessionMemory;
}

export async function findPerson(tools: FindTools, wanted: WantedPerson): Promise<PersonOutcome> {
  const phone = wanted.phone?.replace(/\D/g, "");
  const username = wanted.username?.trim().replace(/^(?:https?:\/\/)?(?:t\.me\/)?@?/i, "");
  if (phone !== undefined && !/^\d{6,15}$/.test(phone)) return nobody("This is not a phone number.");
  if (phone === undefined && !/^[A-Za-z][A-Za-z0-9_]{3,31}$/.test(username ?? "")) {
    return nobody("This is not a name that Telegram gives; it looks like @some_name.");
  }
  if (!tools.client.connected()) return unknown("Telegram cannot be reached at the moment. Try again later.");
  if (!(await tools.budget.take("lookups", tools.settings.lookupsPerDay))) {
    return unknown(
      `Could not check: today's ${tools.settings.lookupsPerDay} searches of this account are used up, so that Telegram does not restrict it. Try again tomorrow.`,
    );
  }
  await tools.pace(0);
  return phone === undefined ? await byName(tools, username ?? "") : await byPhone(tools, phone);
}

async function byName(tools: FindTools, username: string): Promise<PersonOutcome> {
  const done = await tryCall(tools.client, { _: "contacts.resolveUsername", username });
  if (!done.ok) {
    if (says(done.failure, "USERNAME_NOT_OCCUPIED", "USERNAME_INVALID")) {
      return nobody(`Nobody in Telegram has the name @${username}.`);
    }
    return await couldNot(tools, done.failure);
  }
  const { peer, users } = done.value;
  const user = peer._ === "peerUser" ? users.find((one) => one.id === peer.userId) : undefined;
  if (user?._ !== "user" || user.bot) return nobody(`@${username} is not a person but a bot, a group or a channel.`);
  return await found(tools, user);
}

async function byPhone(tools: FindTools, phone: string): Promise<PersonOutcome> {
  const done = await tryCall(tools.client, { _: "contacts.resolvePhone", phone });
  if (done.ok) {
    const user = done.value.users.find((one) => one._ === "user");
    return user?._ === "user" ? await found(tools, user) : nobody(hidden(phone));
  }
  if (!says(done.failure, "PHONE_NOT_OCCUPIED")) return await couldNot(tools, done.failure);
  return await byContact(tools, phone);
}

async function byContact(tools: FindTools, phone: string): Promise<PersonOutcome> {
  const mark = `importing/${phone}`;
  await tools.memory.set(mark, Buffer.from("1"));
  const contact: tl.TypeInputContact = {
    _: "inputPhoneContact",
    clientId: tools.client.long("0"),
    phone: `+${phone}`,
    firstName: phone,
    lastName: "",
  };
  const done = await tryCall(tools.client, { _: "contacts.importContacts", contacts: [contact] });
  // Without an answer it may be there: the mark stays and the next start looks.
  if (!done.ok) {
    if (done.failure.kind === "refused") await tools.memory.delete(mark);
    return await couldNot(tools, done.failure);
  }
  const { imported, users, retryContacts } = done.value;
  const userId = imported[0]?.userId;
  const user = users.find((one) => one.id === userId);
  if (user?._ !== "user") {
    await takeOut(tools, phone);
    return retryContacts.length > 0
      ? unknown("Could not check: Telegram does not let this account look up more numbers for now. Try again tomorrow.")
      : nobody(hidden(phone));
  }
  await takeOut(tools, phone);
  // The name under which it was added is ours, not theirs; asked again after it is out, Telegram tells their own.
  const own = await tryCall(tools.client, {
    _: "users.getUsers",
    id: [{ _: "inputUser", userId: user.id, accessHash: user.accessHash ?? tools.client.long("0") }],
  });
  const [fresh] = own.ok ? own.value : [];
  const { firstName: _ours, ...nameless } = user;
  return await found(tools, fresh?._ === "user" ? fresh : nameless);
}

/** Takes the number out of the contacts again; the mark stays until Telegram confirmed it. */
async function takeOut({ client, memory }: FindTools, phone: string): Promise<void> {
  const done = await tryCall(client, { _: "contacts.deleteByPhones", phones: [`+${phone}`] });
  if (done.ok) await memory.delete(`importing/${phone}`);
}

/** What a crash left in the contacts. Repeating is harmless. */
export async function tidyContacts(tools: FindTools): Promise<void> {
  for (const { key } of await tools.memory.list("importing/")) await takeOut(tools, key.slice("importing/".length));
}

async function found({ budget, client }: FindTools, user: tl.RawUser): Promise<PersonOutcome> {
  if (user.deleted) return nobody("This person has deleted their Telegram account.");
  const known = await hasHistory(client, user);
  if (known === false) await budget.markCold(user.id);
  return { kind: "found", chatId: String(user.id), customer: customerOf(user) };
}

/** Whether they ever wrote to this account: then a message to them is no first one. Unknown counts as never. */
async function hasHistory(client: FindTools["client"], user: tl.RawUser): Promise<boolean> {
  const done = await tryCall(client, {
    _: "messages.getHistory",
    peer: { _: "inputPeerUser", userId: user.id, accessHash: user.accessHash ?? client.long("0") },
    offsetId: 0,
    offsetDate: 0,
    addOffset: 0,
    limit: 20,
    maxId: 0,
    minId: 0,
    hash: client.long("0"),
  });
  return done.ok && "messages" in done.value && done.value.messages.some((one) => one._ === "message" && !one.out);
}

async function couldNot(tools: FindTools, failure: CallFailure): Promise<PersonOutcome> {
  await tools.failed(failure);
  const state = accountState(failure);
  if (state) return unknown(`Could not check. ${state.sentence}`);
  const seconds = floodSeconds(failure);
  if (seconds !== undefined)
    return unknown(`Could not check: Telegram asks for a pause of ${spoken(seconds)} between searches.`);
  if (says(failure, "USER_PRIVACY_RESTRICTED"))
    return unknown("Could not check: this person's privacy settings hide them.");
  return failure.kind === "refused"
    ? unknown(`Could not check: Telegram refused the search (${failure.text}).`)
    : unknown("Could not check: Telegram's answer did not arrive. Try again later.");
}

const hidden = (phone: string): string =>
  `Telegram shows nobody under +${phone}: there is no account with this number, or it hides from searches by number. If you know their @name, search by it.`;

const nobody = (sentence: string): PersonOutcome => ({ kind: "nobody", sentence });
const unknown = (sentence: string): PersonOutcome => ({ kind: "unknown", sentence });
