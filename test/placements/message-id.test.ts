import { expect, test } from "vitest";
import { messageIn } from "../../placements/settings/rules/message-id.ts";

const ID = "0b0f3c9e-1f6a-4a53-9f1d-6f0d3a1c2b4e";
const OTHER = "11111111-2222-4333-8444-555555555555";

test.each([
  ["alone", ID],
  ["with blanks around it, as it is copied", ` \t${ID}\n`],
  ["in capitals", ID.toUpperCase()],
  ["in a link of the journal", `https://threadline.example/?DOMAIN=x#rules?message=${ID}`],
  ["in a link that names other things too", `https://x.example/app/${OTHER}/?a=${OTHER}&message=${ID}&b=2`],
])("the number of a message is read %s", (_how, typed) => {
  expect(messageIn(typed)).toBe(ID);
});

test.each([
  ["nothing", ""],
  ["words", "the second message"],
  ["a part of a number", ID.slice(0, -1)],
  ["more than a number", `${ID}0`],
  ["a link to something else", `https://x.example/conversations/${ID}`],
  ["a link whose number goes on", `https://x.example/#rules?message=${ID}-1`],
])("%s is no number of a message", (_what, typed) => {
  expect(messageIn(typed)).toBeUndefined();
});
