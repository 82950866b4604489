import { describe, expect, it } from "vitest";
import { accountId, conversationId, messageId, portalId } from "../../../src/domain/ids.ts";
import type { Message, Origin } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { mayBeVote, voteOf } from "../../../src/rules/lines/line-vote.ts";

const TEXTS = { asks: true, liked: "Thank you!", disliked: "We are sorry." };
const AT = new Date("2026-11-29T10:00:00Z");
let seq = 0;

function message(direction: "in" | "out", text: string, origin: Origin): Message {
  seq += 1;
  return {
    ...{ id: messageId(`m${seq}`), portal: portalId("p"), account: accountId("a"), conversation: conversationId("c") },
    ...{
      direction,
      kind: "message",
      seq,
      externalIds: [],
      content: { body: plainText(text), attachments: [] },
      origin,
    },
    ...{ state: "sent", attempts: 1, nextAt: AT, sentAt: AT, createdAt: AT },
  };
}
const customer = (text: string) => message("in", text, { by: "channel" });
const line = (text: string, authorId = "0") =>
  message("out", text, { by: "open-line", imMessageId: "1", imChatId: "1", authorId });

describe("a customer's vote in an open line", () => {
  it.each([
    ["1", "Thank you!", 5],
    [" 1 good work", "Thank  you!\r\n", 5],
    ["0", "We are sorry.", 1],
    // The digit and the answer belong together.
    ["1", "We are sorry.", undefined],
    ["0", "Thank you!", undefined],
    ["10 pieces, please", "Our office opens at nine.", undefined],
  ])("“%s” answered with “%s” is %s stars", (said, thanks, stars) => {
    const given = customer(said);
    const answer = line(thanks);
    expect(mayBeVote(answer, [given])).toBe(given);
    expect(voteOf(given, answer, TEXTS)).toBe(stars);
  });

  it("is none where the line does not ask, or has no text for it", () => {
    expect(voteOf(customer("1"), line("Thank you!"), { ...TEXTS, asks: false })).toBeUndefined();
    expect(voteOf(customer("1"), line(""), { ...TEXTS, liked: "" })).toBeUndefined();
  });

  it("is none when a person thanks them, or wrote in between", () => {
    const given = customer("1");
    expect(mayBeVote(line("Thank you!", "7"), [given])).toBeUndefined();
    expect(mayBeVote(line("Thank you!"), [line("You are welcome", "7"), given])).toBeUndefined();
    expect(mayBeVote(line("Thank you!"), [line("The dialogue goes on"), given])).toBe(given);
  });

  it("is none when a bot answers the digit, which has no author either", () => {
    const given = customer("1");
    const origin = { by: "open-line", imMessageId: "1", imChatId: "1", bot: { id: "900", name: "Lina" } } as const;
    const bot = message("out", "Thank you!", origin);
    expect(mayBeVote(bot, [given])).toBeUndefined();
    expect(mayBeVote(line("Thank you!"), [bot, given])).toBeUndefined();
  });

  it("is none when they said something else, or gave stars on a surface of ours", () => {
    expect(mayBeVote(line("Thank you!"), [customer("good"), customer("1")])).toBeUndefined();
    expect(mayBeVote(line("Thank you!"), [])).toBeUndefined();
    const rated = customer("1 of 5");
    const site = { rating: { scale: "stars", value: 1, session: "s" } } as const;
    const notice = { ...rated, content: { ...rated.content, notice: "other" as const, site } };
    expect(mayBeVote(line("Thank you!"), [notice, customer("1")])).toBeUndefined();
  });
});
