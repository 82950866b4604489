/**
 * The prefix that a subject begins with. Only the first one tells what its writer did: "Re: Fwd: …" is an answer. What stands
 * behind all of them is read by `threads/subjects.ts`.
 */
export const REPLY_SUBJECT = /^\s*(?:re|aw|sv|отв|ответ|на)\s*(?:\[\d+\])?:/iu;
export const FORWARD_SUBJECT = /^\s*(?:fwd?|wg|rv|tr|пересл|пер|i|enc|doorst)\s*:/iu;
