import type { ListResponse } from "imapflow";

/** Which folders of a box are watched. Pure. */

export interface WatchedFolder {
  readonly path: string;
  readonly role: "inbox" | "sent" | "other";
}

/** Names of the sent mail where the server marks none, as mail programs in these languages make them. */
const SENT_NAMES: readonly string[] = [
  ...["sent", "sent items", "sent mail", "sent messages"],
  ...["отправленные", "отправленное", "исходящие"],
  ...["enviados", "elementos enviados", "correo enviado", "mensajes enviados"],
  ...["gesendet", "gesendete objekte", "gesendete elemente", "gesendete nachrichten"],
];

type Listed = Pick<ListResponse, "path" | "name" | "flags" | "specialUse" | "specialUseSource">;

/** @param wanted names of others, as a person typed them */
export function chooseFolders(listed: readonly Listed[], wanted: string): readonly WatchedFolder[] {
  const open = listed.filter(({ flags }) => !flags.has("\\Noselect") && !flags.has("\\NonExistent"));
  const inbox = open.find(({ path }) => path.toUpperCase() === "INBOX") ?? { path: "INBOX" };
  const sent =
    open.find((one) => one.specialUse === "\\Sent" && one.specialUseSource !== "name") ??
    open.find((one) => SENT_NAMES.includes(one.name.toLowerCase())) ??
    open.find((one) => one.specialUse === "\\Sent");
  const names = new Set(
    wanted
      .split(",")
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ""),
  );
  const others = open.filter(
    ({ path, name }) =>
      path !== inbox.path && path !== sent?.path && (names.has(path.toLowerCase()) || names.has(name.toLowerCase())),
  );
  return [
    { path: inbox.path, role: "inbox" },
    ...(sent && sent.path !== inbox.path ? [{ path: sent.path, role: "sent" as const }] : []),
    ...others.map(({ path }) => ({ path, role: "other" as const })),
  ];
}
