import { Parser } from "htmlparser2";
import { domainOf, type MailServers, type Security, type ServerPlace } from "./servers.ts";

/**
 * Reads what a domain tells mail programs of its servers, in Mozilla's form
 * (wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat): those of IMAP with a password over an encrypted
 * connection, the first of them first. Pure and total: what is no such file tells nothing.
 */
export function readAutoconfig(xml: string, address: string): readonly MailServers[] {
  const read = readServers(xml);
  const fits = (type: string) =>
    read.filter((server) => server.type === type && server.passwords && place(server) !== undefined);
  const smtp = fits("smtp").map(place)[0];
  return fits("imap").flatMap((server) => {
    const imap = place(server);
    const user = filled(server.username, address);
    return imap && user !== "" ? [{ imap, user, ...(smtp && { smtp }) }] : [];
  });
}

interface Told {
  readonly type: string;
  hostname: string;
  port: string;
  socketType: string;
  username: string;
  passwords: boolean;
}

const FIELDS = ["hostname", "port", "socketType", "username", "authentication"] as const;
const PASSWORDS = /^(password-cleartext|plain|password-encrypted|secure)$/;

function readServers(xml: string): readonly Told[] {
  const servers: Told[] = [];
  let server: Told | undefined;
  let field: (typeof FIELDS)[number] | undefined;
  let text = "";
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === "incomingServer" || name === "outgoingServer")
          server = {
            type: (attributes["type"] ?? "").toLowerCase(),
            hostname: "",
            port: "",
            socketType: "",
            username: "",
            passwords: false,
          };
        field = FIELDS.find((one) => one === name);
        text = "";
      },
      ontext(more) {
        text += more;
      },
      onclosetag(name) {
        if (name === "incomingServer" || name === "outgoingServer") {
          if (server) servers.push(server);
          server = undefined;
        } else if (server && field === name) {
          if (field === "authentication") server.passwords ||= PASSWORDS.test(text.trim());
          else server[field] = text.trim();
        }
        field = undefined;
      },
    },
    { xmlMode: true },
  );
  parser.write(xml);
  parser.end();
  return servers;
}

const SECURITY: Readonly<Record<string, Security>> = { SSL: "tls", STARTTLS: "starttls" };

function place({ hostname, port, socketType }: Told): ServerPlace | undefined {
  const security = SECURITY[socketType.toUpperCase()];
  const number = Number(port);
  const isHost = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(hostname);
  if (security === undefined || !isHost || !Number.isInteger(number) || number < 1 || number > 65_535) return undefined;
  return { host: hostname.toLowerCase(), port: number, security };
}

function filled(template: string, address: string): string {
  const values: Readonly<Record<string, string>> = {
    "%EMAILADDRESS%": address,
    "%EMAILLOCALPART%": address.slice(0, address.lastIndexOf("@")),
    "%EMAILDOMAIN%": domainOf(address),
  };
  return template.replace(/%[A-Z]+%/g, (name) => values[name] ?? name);
}
