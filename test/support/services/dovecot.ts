/**
 * A private Dovecot for tests: own configuration, own folder, own port; any user name is a mailbox of its own with one
 * password. Mails are put into its Maildirs by APPEND or as files, as a delivery agent does it.
 *
 * Started as root it gives the mailboxes to a number that nobody has, because Dovecot opens none for root.
 */
import { execFile } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, type RunningServer, startServer } from "./child.ts";
import { findProgram, needs } from "./programs.ts";

const execute = promisify(execFile);

export const MAIL_PASSWORD = "app-password";

export interface DovecotOptions {
  /** What the server says that it can do, after a sign-in. Default: all that it can. */
  readonly capability?: string;
  /** Takes tokens (XOAUTH2), and asks there whose they are (RFC 7662). */
  readonly introspection?: string;
  /** Speaks TLS, with a certificate that nobody knows. */
  readonly tls?: boolean;
  /** Where its days begin and end. Default: where the tests run. */
  readonly timeZone?: string;
}

export interface Dovecot {
  readonly port: number;
  /**
   * Puts a whole mail where a delivery agent puts it.
   * @param came when, if not just now: the server goes by the file's time
   */
  deliver(user: string, mail: string, folder?: string, came?: Date): void;
  /** Forgets all numbers of a box: the next time it is opened its mails have new ones, under another UIDVALIDITY. */
  renumber(user: string): void;
  /** Ends the server and starts it again: the same boxes at the same port. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  stop(): Promise<void>;
}

const NOBODY_S_ID = 5_000;

/** @throws when the program is missing or does not start */
export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  const program = process.env[needs.dovecot.variable] || findProgram(needs.dovecot.program);
  if (!program) throw new Error("No dovecot program");
  const folder = mkdtempSync(join(tmpdir(), "threadline-dovecot-"));
  const isRoot = process.getuid?.() === 0;
  const owner = isRoot ? { uid: NOBODY_S_ID, gid: NOBODY_S_ID } : { uid: userInfo().uid, gid: userInfo().gid };
  const own = (path: string): void => {
    if (isRoot) chownSync(path, owner.uid, owner.gid);
  };
  // Its sign-in processes run as somebody else and must get to their sockets.
  chmodSync(folder, 0o755);
  const boxes = join(folder, "mail");
  mkdirSync(boxes);
  own(boxes);
  if (options.tls) await makeCertificate(folder);
  const port = await freePort();
  if (options.introspection !== undefined) writeFileSync(join(folder, "oauth2.conf"), tokens(options.introspection));
  writeFileSync(join(folder, "dovecot.conf"), configuration({ folder, port, owner, isRoot, ...options }));
  let server: RunningServer | undefined;
  let delivered = 0;

  const start = async (): Promise<void> => {
    server = await startServer({
      command: program,
      args: ["-F", "-c", join(folder, "dovecot.conf")],
      ready: /starting up/,
      stopSignal: "SIGTERM",
      ...(options.timeZone !== undefined && { env: { TZ: options.timeZone } }),
    });
  };
  try {
    await start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }

  /** Its sessions outlive it for half a minute, and their connections with them. */
  const stop = async (): Promise<void> => {
    const [, ...sessions] = processesOf(join(folder, "run", "master.pid"));
    await server?.stop();
    for (const session of sessions) killIfThere(session);
  };

  /** The Maildir of a folder, made where it is not yet. */
  function maildir(user: string, name = ""): string {
    const home = join(boxes, user);
    const path = name === "" ? home : join(home, `.${name}`);
    for (const one of [home, path, ...["cur", "new", "tmp"].map((part) => join(path, part))]) {
      mkdirSync(one, { recursive: true });
      own(one);
    }
    return path;
  }

  return {
    port,
    deliver(user, mail, name, came) {
      delivered += 1;
      const file = `${Math.floor(Date.now() / 1_000)}.M${delivered}P${process.pid}.test`;
      const path = maildir(user, name);
      writeFileSync(join(path, "tmp", file), mail.replaceAll(/\r?\n/g, "\r\n"));
      own(join(path, "tmp", file));
      if (came) utimesSync(join(path, "tmp", file), came, came);
      renameSync(join(path, "tmp", file), join(path, "new", file));
    },
    renumber(user) {
      for (const name of readdirSync(join(boxes, user), { recursive: true, encoding: "utf8" }))
        if (/(^|\/)dovecot[.-](uid|index)/.test(name)) rmSync(join(boxes, user, name), { force: true });
    },
    stopServer: stop,
    startServer: start,
    async stop() {
      // Politely it takes seconds, for nothing.
      for (const one of processesOf(join(folder, "run", "master.pid"))) killIfThere(one);
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Setting extends DovecotOptions {
  readonly folder: string;
  readonly port: number;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly isRoot: boolean;
}

const tokens = (url: string): string =>
  [
    "introspection_mode = auth",
    `introspection_url = ${url}`,
    "force_introspection = yes",
    "username_attribute = username",
    "active_attribute = active",
    "active_value = true",
    "",
  ].join("\n");

function configuration({ folder, port, owner, isRoot, capability, introspection, tls }: Setting): string {
  const me = userInfo().username;
  // Who is not root cannot change root folders or users.
  const unprivileged = isRoot
    ? []
    : [
        `default_internal_user = ${me}`,
        `default_login_user = ${me}`,
        "default_internal_group =",
        ...["imap-login", "anvil", "stats"].map((service) => `service ${service} {\n  chroot =\n}`),
      ];
  return [
    "protocols = imap",
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/state`,
    "listen = 127.0.0.1",
    "log_path = /dev/stderr",
    "disable_plaintext_auth = no",
    `auth_mechanisms = plain login${introspection === undefined ? "" : " xoauth2"}`,
    ...(introspection === undefined
      ? []
      : [`passdb {\n  driver = oauth2\n  mechanisms = xoauth2\n  args = ${folder}/oauth2.conf\n}`]),
    // A wrong password is answered after two seconds otherwise.
    "auth_failure_delay = 0",
    "service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}",
    tls ? `ssl = required\nssl_cert = <${folder}/cert.pem\nssl_key = <${folder}/key.pem` : "ssl = no",
    `mail_location = maildir:${folder}/mail/%u`,
    // Fifty boxes of one user, and of the same address, are what is tried here.
    "mail_max_userip_connections = 500",
    "default_process_limit = 1200",
    "default_client_limit = 2400",
    `first_valid_uid = ${owner.uid}`,
    `passdb {\n  driver = static\n  args = password=${MAIL_PASSWORD}\n}`,
    `userdb {\n  driver = static\n  args = uid=${owner.uid} gid=${owner.gid} home=${folder}/mail/%u\n}`,
    "namespace inbox {\n  inbox = yes\n  mailbox Sent {\n    special_use = \\Sent\n    auto = create\n  }\n" +
      "  mailbox Junk {\n    special_use = \\Junk\n    auto = create\n  }\n}",
    `service imap-login {\n  inet_listener imap {\n    port = ${tls ? 0 : port}\n  }\n` +
      `  inet_listener imaps {\n    port = ${tls ? port : 0}\n    ssl = yes\n  }\n}`,
    ...(capability === undefined ? [] : [`protocol imap {\n  imap_capability = ${capability}\n}`]),
    ...unprivileged,
    "",
  ].join("\n");
}

/** Itself first. */
function processesOf(pidFile: string): number[] {
  try {
    const pid = readFileSync(pidFile, "utf8").trim();
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    return [pid, ...children].map(Number);
  } catch {
    // It is not running, or this system tells nothing of processes.
    return [];
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

async function makeCertificate(folder: string): Promise<void> {
  await execute("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
    ...["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")],
  ]);
}
