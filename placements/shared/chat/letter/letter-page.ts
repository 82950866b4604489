/**
 * The document in the frame. Letters are made for white paper whatever colours our pages have, so it says so itself. The policy
 * stands in it once more: what the server cleans away could load nothing here either.
 */
export const letterPage = (html: string): string => `<!doctype html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light"><base target="_blank">
<style>html{overflow-x:auto}body{margin:0;padding:8px;font:14px/1.5 system-ui,sans-serif;color:#222;background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}blockquote{margin:0 0 0 4px;padding-left:8px;border-left:2px solid #ccc}</style>
</head><body>${html}</body></html>`;
