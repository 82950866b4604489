import type { CrmRef, NewLetter } from "./contract/crm.ts";
import { ORIGINATOR, TYPE_IDS } from "./crm-items.ts";
import { wireId } from "./wire-id.ts";

/** `crm.enum.activitytype`: 4 is an e-mail; `crm.enum.contenttype`: 1 is plain text. */
const EMAIL = 4;
const PLAIN = 1;

/**
 * Fields of `crm.activity.add` for a mail that was written elsewhere.
 *
 * TYPE_ID 4 with DIRECTION 2 and COMPLETED Y in one request makes the portal SEND a mail (tutorial "How to Send an E-mail"). So
 * what went out is never added as completed; `completeLetter` says that afterwards, as the documentation advises.
 */
export function letterFields(letter: NewLetter): Record<string, unknown> {
  const { on, at, from } = letter;
  return {
    OWNER_TYPE_ID: TYPE_IDS[on.type],
    OWNER_ID: wireId(on.id),
    TYPE_ID: EMAIL,
    DIRECTION: letter.direction === "in" ? 1 : 2,
    COMPLETED: letter.direction === "in" && letter.completed ? "Y" : "N",
    SUBJECT: letter.subject,
    DESCRIPTION: letter.text,
    DESCRIPTION_TYPE: PLAIN,
    RESPONSIBLE_ID: wireId(letter.responsible),
    START_TIME: at.toISOString(),
    END_TIME: at.toISOString(),
    ORIGINATOR_ID: ORIGINATOR,
    ORIGIN_ID: letter.originId,
    COMMUNICATIONS: [
      {
        VALUE: letter.with.address,
        TYPE: "EMAIL",
        ENTITY_TYPE_ID: TYPE_IDS[letter.with.card.type],
        ENTITY_ID: wireId(letter.with.card.id),
      },
    ],
    SETTINGS: {
      MESSAGE_FROM: from.name === undefined ? from.address : `${from.name} <${from.address}>`,
      // A second wall before the same door: no copy is sent whatever becomes of the rest.
      DISABLE_SENDING_MESSAGE_COPY: "Y",
    },
    ...(letter.files.length > 0 && {
      FILES: letter.files.map(({ name, base64 }) => ({ fileData: [name, base64] })),
    }),
  };
}

/** Parameters of `crm.activity.binding.add`. */
export const bindingOf = (activity: string, to: CrmRef): Record<string, unknown> => ({
  activityId: wireId(activity),
  entityTypeId: TYPE_IDS[to.type],
  entityId: wireId(to.id),
});

/** What the portal says when the binding is there already. */
export const BOUND_ALREADY = "ACTIVITY_IS_ALREADY_BOUND";
