import type { Origin } from "../../domain/message.ts";
import { AUTO, CUSTOMER, PHONE, type SaidRow, type Writer } from "../../domain/report.ts";

type Said = Pick<SaidRow, "direction" | "origin" | "notice" | "letter" | "rating">;

/**
 * Whose words they are. Everything that no person is known to have said is automatic: a machine that is taken for a colleague
 * makes the answer times of a team look like those of a machine.
 * @param bots who writes in lines and is no employee
 * @returns `undefined`: nobody's (the messenger tells of a call, somebody joins)
 */
export function saidBy(
  { direction, origin, notice, letter }: Said,
  bots: ReadonlySet<string> = new Set(),
): Writer | undefined {
  if (direction === "out") return answeredBy(origin, bots);
  if (origin.by === "device") return PHONE;
  if (notice !== undefined || origin.by !== "channel") return undefined;
  return letter === undefined || letter === "human" ? CUSTOMER : AUTO;
}

function answeredBy(origin: Origin, bots: ReadonlySet<string>): Writer {
  if (origin.by === "device") return PHONE;
  if (origin.by === "surface" || origin.by === "provider") return origin.authorId ?? AUTO;
  if (origin.by !== "open-line") return AUTO;
  const { authorId = "0" } = origin;
  return authorId === "" || authorId === "0" || bots.has(authorId) ? AUTO : authorId;
}

export const isPerson = (writer: Writer | undefined): writer is Writer =>
  writer !== undefined && writer !== AUTO && writer !== CUSTOMER;
