/**
 * Plays the Dockerfile where no engine is at hand: every stage in a scratch folder, the lines read from the file itself,
 * the image's Node being the Node that runs this. Then starts the result as the image's user, waits for the image's own
 * health check, asks it to stop and expects it to end well. Build arguments have their defaults. What it cannot show: the base
 * image and what is installed into it (Chromium, with CHROMIUM=yes), volumes, the network.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, constants, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, isAbsolute, join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort, type UnixUser } from "../test/support/services/child.ts";
import {
  type Instruction,
  readArgument,
  readCommand,
  readCopy,
  readDockerfile,
  readDockerignore,
} from "./dockerfile.ts";
import { onSignal, repository } from "./run.ts";

interface Image {
  readonly root: string;
  workdir: string;
  readonly environment: Record<string, string>;
  /** Seen by its RUN lines only. */
  readonly buildArguments: Record<string, string>;
  user: UnixUser | undefined;
  command: string[];
  health: string[];
}

const scratch = mkdtempSync(join(tmpdir(), "threadline-image-"));
const started = new Set<ChildProcess>();

/** Where a path of the image is on this machine. */
function inside(image: Image, path: string): string {
  return join(image.root, isAbsolute(path) ? path : join(image.workdir, path));
}

/** The least that a process needs, as in a container: nothing of this shell leaks in. */
function environmentOf(image: Image): Record<string, string> {
  return { PATH: `${join(scratch, "bin")}:/usr/local/bin:/usr/bin:/bin`, HOME: image.root, ...image.environment };
}

function start(image: Image, command: readonly string[], user: UnixUser | undefined, more = {}): ChildProcess {
  const [program = "", ...args] = command;
  const isRoot = process.getuid?.() === 0;
  const child = spawn(program, args, {
    cwd: inside(image, "."),
    env: { ...environmentOf(image), ...more },
    stdio: "inherit",
    // A group of its own: a shell's children end with it.
    detached: true,
    ...(isRoot && user),
  });
  started.add(child);
  child.once("exit", () => started.delete(child));
  return child;
}

/**
 * What an engine takes from the machine while it builds: proxies, certificates and npm's registry settings. The started
 * image gets none of it.
 */
const buildSettings = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    /^(https?_proxy|no_proxy|node_extra_ca_certs|npm_config_(cafile|registry|userconfig))$/i.test(name),
  ),
);

async function ending(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = await once(child, "exit");
  return typeof code === "number" ? code : 1;
}

/** A folder's content goes into the target, a file goes into a target that is a folder or ends in a slash. */
function copy(source: string, target: string, intoFolder: boolean, filter?: (from: string) => boolean): void {
  if (!existsSync(source)) throw new Error(`COPY: ${source} is not there`);
  const place = intoFolder ? join(target, basename(source)) : target;
  cpSync(source, place, { recursive: true, preserveTimestamps: true, ...(filter !== undefined && { filter }) });
}

const staysIn = readDockerignore(readFileSync(join(repository, ".dockerignore"), "utf8"));

function playCopy(image: Image, rest: string, images: ReadonlyMap<string, Image>): void {
  const { stage, sources, target } = readCopy(rest);
  const from = stage === undefined ? undefined : images.get(stage);
  if (stage !== undefined && from === undefined) throw new Error(`COPY: no stage ${stage}`);
  for (const source of sources) {
    const isFolder = source === "." || !/[.][a-z]+$/.test(basename(source));
    const into = !isFolder && target.endsWith("/");
    if (from !== undefined) copy(inside(from, source), inside(image, target), into);
    else if (source !== "." && !staysIn(source)) throw new Error(`COPY: .dockerignore leaves ${source} out`);
    else
      copy(join(repository, source), inside(image, target), into, (path) => {
        const name = relative(repository, path);
        return name === "" || staysIn(name);
      });
  }
}

async function play(image: Image, { name, rest }: Instruction, images: ReadonlyMap<string, Image>): Promise<void> {
  console.log(`${name} ${rest}`);
  if (name === "WORKDIR") {
    image.workdir = rest;
    mkdirSync(inside(image, "."), { recursive: true });
  } else if (name === "ARG") {
    const [key, value] = readArgument(rest);
    image.buildArguments[key] = value;
  } else if (name === "ENV") {
    const [key = "", value = ""] = rest.split("=", 2);
    image.environment[key] = value;
  } else if (name === "COPY") playCopy(image, rest, images);
  else if (name === "RUN") {
    const code = await ending(
      start(image, ["sh", "-c", rest], image.user, { ...buildSettings, ...image.buildArguments }),
    );
    if (code !== 0) throw new Error(`RUN ended with ${code}`);
  } else if (name === "USER") {
    const [uid, gid] = rest.split(":").map(Number);
    if (!uid || !gid) throw new Error(`USER must be two numbers and not root: ${rest}`);
    image.user = { uid, gid };
  } else if (name === "CMD") image.command = readCommand(rest);
  else if (name === "HEALTHCHECK") image.health = readCommand(rest);
}

/** The image's Node, readable for its user, in front of everything else. */
function placeNode(): void {
  chmodSync(scratch, 0o755);
  mkdirSync(join(scratch, "bin"));
  copyFileSync(process.execPath, join(scratch, "bin", "node"), constants.COPYFILE_FICLONE);
}

async function build(): Promise<Image> {
  const images = new Map<string, Image>();
  for (const stage of readDockerfile(readFileSync(join(repository, "Dockerfile"), "utf8"))) {
    const image: Image = {
      root: join(scratch, `stage-${stage.name}`),
      workdir: "/",
      environment: {},
      buildArguments: {},
      user: undefined,
      command: [],
      health: [],
    };
    mkdirSync(image.root);
    images.set(stage.name, image);
    for (const instruction of stage.instructions) await play(image, instruction, images);
  }
  const last = [...images.values()].at(-1);
  if (last === undefined) throw new Error("The Dockerfile has no stage");
  return last;
}

/** Starts the image as a single installation with its own database and waits until it calls itself healthy. */
async function prove(image: Image): Promise<void> {
  const port = await freePort();
  const settings = {
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    B24_CLIENT_ID: "local.docker.steps",
    B24_CLIENT_SECRET: "not-a-secret",
    SECRET_KEY: "0123456789abcdef0123456789abcdef",
  };
  const server = start(image, image.command, image.user, settings);
  const deadline = Date.now() + 60_000;
  while ((await ending(start(image, image.health, image.user, settings))) !== 0) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}`);
    if (Date.now() > deadline) throw new Error("Not healthy within a minute");
    await pause(250);
  }
  console.log(`healthy on port ${port}${image.user === undefined ? "" : `, as user ${image.user.uid}`}`);
  server.kill("SIGTERM");
  const code = await ending(server);
  if (code !== 0) throw new Error(`The server ended with ${code} after SIGTERM`);
}

async function cleanUp(): Promise<void> {
  for (const { pid } of started) if (pid !== undefined) process.kill(-pid, "SIGKILL");
  await rm(scratch, { recursive: true, force: true });
}

onSignal(cleanUp);
try {
  placeNode();
  await prove(await build());
  console.log("The Dockerfile's steps passed");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
