/**
 * Viber takes no files that a device would run: the ends of names that its documentation lists ("Forbidden file formats").
 * One that is added there later Viber refuses itself.
 */
const FORBIDDEN = new Set(
  (
    "action apk app bat bin cmd com command cpl csh exe gadget inf1 ins inx ipa isu job jse ksh lnk msc msi msp mst osx " +
    "out paf pif prg ps1 reg rgs run sct shb shs u3p vb vbe vbs vbscript workflow ws wsf"
  ).split(" "),
);

/** The forbidden extension of a name, if it has one. */
export function forbiddenExtension(name: string | undefined): string | undefined {
  const extension = /\.([A-Za-z0-9]{1,12})\s*$/.exec(name ?? "")?.[1]?.toLowerCase();
  return extension !== undefined && FORBIDDEN.has(extension) ? extension : undefined;
}
