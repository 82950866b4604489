import type { AttachmentKind } from "../../../src/domain/message.ts";
import type { SampleFile } from "../../contract/channel-harness.ts";

let serial = 0;

/** The least bytes that are sniffed as the type; each call gives another length, so that files are told apart. */
export function sampleFile(kind: AttachmentKind): SampleFile {
  serial += 1;
  const fill = Buffer.alloc(64 + (serial % 50), 0x20);
  const make = (head: string, name: string, mime: string): SampleFile => ({
    bytes: Buffer.concat([Buffer.from(head, "latin1"), fill]),
    name,
    mime,
  });
  switch (kind) {
    case "photo":
      return make("\u0089PNG\r\n\u001a\n", "photo.png", "image/png");
    case "video":
      return make("\0\0\0\u0018ftypmp42\0\0\0\0mp42isom", "clip.mp4", "video/mp4");
    case "animation":
      return make("GIF89a", "wave.gif", "image/gif");
    case "voice":
      return make("OggS\0\u0002OpusHead", "voice.ogg", "audio/ogg");
    case "audio":
      return make("ID3\u0003\0", "song.mp3", "audio/mpeg");
    case "sticker":
      return make("RIFF\u0050\0\0\0WEBPVP8 ", "sticker.webp", "image/webp");
    case "file":
      return make("%PDF-1.7\n", "Договор; «копия» 100%.pdf", "application/pdf");
    default:
      return kind satisfies never;
  }
}
