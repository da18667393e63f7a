// Files of conversations: names with their bytes, which are blobs. Where they are kept, both lie apart
// (storage.mjs).
const PICTURE = /^(?:data:(image\/(?:png|jpeg|webp|gif));base64,)?([A-Za-z0-9+/=]+)$/;
const urls = new Map(); // by a file's id

export function fileOf(blob, name = "picture.png") {
  const { type, size } = blob;
  return { id: crypto.randomUUID(), name: blob.name ?? name, type, size, blob };
}

// A picture that was drawn, in a list; an empty one for what is none. A picture from elsewhere would
// not be loaded (our policy), and would tell that place who looks.
export function drawn(source) {
  const [, type = "image/png", data] = (typeof source === "string" && PICTURE.exec(source)) || [];
  if (!data) return [];
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const name = `picture-${Date.now() % 1e6}.${type.slice(6)}`;
  return [fileOf(new Blob([bytes], { type }), name)];
}

// All files of a conversation, what waits in its field among them.
export const filesOf = ({ draft, messages }) =>
  [...messages, draft].flatMap((it) => [...(it?.files ?? []), ...(it?.images ?? [])]);

// Where a page finds a file; empty when its bytes are no longer kept.
export function urlOf({ id, blob }) {
  if (blob && !urls.has(id)) urls.set(id, URL.createObjectURL(blob));
  return urls.get(id) ?? "";
}

// Lets go of what was shown.
export function revokeUrls() {
  for (const url of urls.values()) URL.revokeObjectURL(url);
  urls.clear();
}

// A file's bytes as a data URL; null when they cannot be read, as when it was moved on the disk.
export const dataUrl = (blob) =>
  new Promise((resolve) => {
    const reader = new FileReader();
    reader.onloadend = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
