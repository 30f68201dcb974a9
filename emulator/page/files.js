// Photos and documents: how they look in a bubble, the viewer over the page, and choosing one to send.
import { el, icon, iconButton } from "./dom.js";
import { say, sizeOf } from "./words.js";

const LONGEST_SIDE = 1280; // pixels, as Telegram's clients shrink photos
const JPEG_QUALITY = 0.87;
const SHOWN_IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

const addressOf = (file) => `/control/file/${file.file_unique_id}`;

export function photo(message) {
  const largest = message.photo.at(-1);
  const alt = message.caption || say("photo");
  const image = el("img", { src: addressOf(largest), alt, width: largest.width, height: largest.height, decoding: "async" });
  const open = () => view({ address: addressOf(largest), name: say("photo"), saveAs: "photo", content: el("img", { src: addressOf(largest), alt }) });
  const ratio = `--ratio:${largest.width / largest.height}`;
  return el("button", { type: "button", class: "photo", style: ratio, "data-role": "photo", on: { click: open } }, image);
}

export function paper(message) {
  const { document: file } = message;
  return fileRow({ address: addressOf(file), name: file.file_name || say("file"), mime: file.mime_type, size: file.file_size, role: "document" });
}

// A row with name and size: a press opens the file over the page, or saves what the page cannot show.
export function fileRow({ address, name, mime, size, role }) {
  const lines = el("span", { class: "place" }, el("b", {}, name), el("small", {}, sizeOf(size)));
  const inside = [el("span", { class: "disc" }, icon("file")), lines];
  const common = { class: "paper", "data-role": role };
  const content = pageFor(mime, address, name);
  if (!content) return el("a", { ...common, href: address, download: name, "aria-label": `${say("download")}: ${name}` }, ...inside);
  const open = () => view({ address, name, saveAs: name, content: content() });
  return el("button", { ...common, type: "button", on: { click: open } }, ...inside);
}

// Makes what shows a file of this type on the page; null for files that are only saved.
function pageFor(mime, address, name) {
  if (SHOWN_IMAGES.includes(mime)) return () => el("img", { src: address, alt: name });
  if (mime === "application/pdf") return () => el("iframe", { src: address, title: name });
  return null;
}

// Over the whole page, until Esc, the cross or a press beside it; the focus returns to what opened it.
export function view({ address, name, saveAs, content }) {
  const box = el("dialog", { class: "viewer", "data-role": "viewer", "aria-label": name });
  const save = address && el("a", { class: "icon", href: address, download: saveAs, "aria-label": say("download"), title: say("download"), "data-role": "download" }, icon("download"));
  const close = iconButton("close", say("close"), "viewer-close", () => box.close());
  const head = el("header", {}, el("b", {}, name), save, close);
  box.append(head, el("div", { class: "stage" }, content));
  box.addEventListener("click", (event) => (event.target === box || event.target.className === "stage") && box.close());
  box.addEventListener("close", () => box.remove());
  document.getElementById("dialogs").append(box);
  box.showModal();
  close.focus();
}

// Asks for a file by the browser's own dialog; null when the person thinks better of it.
export function choose(accept) {
  return new Promise((resolve) => {
    const input = el("input", { type: "file", accept, hidden: true, "data-role": "file-input" });
    const done = (file) => { input.remove(); resolve(file); };
    input.addEventListener("change", () => done(input.files[0] || null));
    input.addEventListener("cancel", () => done(null));
    document.body.append(input);
    input.click();
  });
}

// A picture of any kind that the browser knows, as the JPEG that Telegram's clients would make of it.
export async function asPhoto(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = el("canvas", { width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)) });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
}

export async function base64(blob) {
  const reader = new FileReader();
  await new Promise((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
  return reader.result.slice(reader.result.indexOf(",") + 1);
}
