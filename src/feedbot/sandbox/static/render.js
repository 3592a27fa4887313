// Messages as elements. Whatever people or bots wrote goes in as text, never as markup.

import { language, t } from "./words.js";

const INLINE = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code",
  spoiler: "span", hashtag: "span", custom_emoji: "span", date_time: "time",
};
const SAFE = /^(https?|mailto|tel|tg):/i;

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((one) => one !== null && one !== undefined));
  return node;
}

export function link(url, ...children) {
  if (!SAFE.test(url)) return el("span", {}, ...children);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

// The text with its entities, which nest; one that reaches out of its parent is cut there and goes on after it.
export function formatted(text, entities, say) {
  const root = document.createDocumentFragment();
  const queue = (entities || []).map((one) => ({ ...one, end: one.offset + one.length }));
  queue.sort((a, b) => a.offset - b.offset || b.end - a.end);
  fill(root, text, 0, text.length, queue, say);
  return root;
}

function fill(parent, text, begin, end, queue, say) {
  let at = begin;
  while (queue.length && queue[0].offset < end) {
    const entity = queue.shift();
    if (entity.end <= at) continue;
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.end, end);
    if (entity.end > end) queue.push({ ...entity, offset: end });
    if (from > at) parent.append(text.slice(at, from));
    const inner = queue.filter((one) => one.offset < to);
    queue.splice(0, queue.length, ...queue.filter((one) => one.offset >= to));
    const node = entityNode(entity, text.slice(from, to), say);
    fill(node.inside || node, text, from, to, inner, say);
    queue.push(...inner.filter((one) => one.end > to).map((one) => ({ ...one, offset: to })));
    queue.sort((a, b) => a.offset - b.offset || b.end - a.end);
    parent.append(node);
    // A block ends its line by itself.
    at = to + (/^(PRE|BLOCKQUOTE)$/.test(node.tagName) && text[to] === "\n" && to < end ? 1 : 0);
  }
  if (at < end) parent.append(text.slice(at, end));
}

function entityNode(entity, part, say) {
  switch (entity.type) {
    case "text_link": return link(entity.url);
    case "url": return link(part);
    case "text_mention": case "mention": return el("span", { class: "mention" });
    case "bot_command": return el("button", { class: "command", type: "button", onclick: () => say(part) });
    case "pre": {
      const node = el("pre", { "data-language": entity.language });
      node.inside = node.appendChild(el("code"));
      return node;
    }
    case "blockquote": return el("blockquote");
    case "expandable_blockquote": return expandable();
    case "spoiler": return spoiler();
    default: return el(INLINE[entity.type] || "span", { class: entity.type });
  }
}

function expandable() {
  const toggle = () => {
    const open = node.classList.toggle("open");
    node.setAttribute("aria-expanded", String(open));
  };
  const node = el("blockquote", { class: "expandable", tabindex: "0", role: "button", "aria-expanded": "false", onclick: toggle });
  node.addEventListener("keydown", (event) => { if (event.key === "Enter") toggle(); });
  return node;
}

function spoiler() {
  const show = () => node.classList.add("shown");
  const node = el("span", { class: "spoiler", tabindex: "0", role: "button", title: t("Show"), onclick: show });
  node.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); show(); } });
  return node;
}

export function plain(message) {
  if (!message) return "";
  if (message.text !== undefined) return message.text;
  if (message.photo) return message.caption || t("Photo");
  return service(message) || "";
}

export function service(message) {
  const by = message.from ? message.from.first_name : "";
  if (message.forum_topic_created) return t("{0} created the topic “{1}”", by, message.forum_topic_created.name);
  if (message.forum_topic_closed) return t("{0} closed the topic", by);
  if (message.forum_topic_reopened) return t("{0} opened the topic again", by);
  if (message.migrate_to_chat_id) return t("The group became a supergroup");
  if (message.migrate_from_chat_id) return t("This supergroup was a group before");
  return null;
}

export function face(title, id, big) {
  const letters = [...title.trim()].slice(0, 1).join("").toUpperCase() || "?";
  return el("span", { class: `face c${Math.abs(id) % 7}${big ? " big" : ""}`, "aria-hidden": "true" }, letters);
}

const ICONS = {
  people: "M8.5 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 19c.5-3.5 3-5.5 6.500-5.500S14.500 15.500 15 19zM16 10.500a3 3 0 1 0-1.500-5.600M17 14c2.500.3 4.500 2 5 5h-4",
  channel: "M4 10v4h3l8 4.500V5.500L7 10zM18.500 9.500a4 4 0 0 1 0 5M8 14l1.500 5H12l-1.200-3.500",
  blocked: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
};

export function icon(name, label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "mark");
  if (label) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", label); } else svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}

export function time(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const year = date.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  return date.toLocaleDateString(language, { day: "numeric", month: "long", ...year });
}

// One message as a bubble; `act` has what can be done with it.
export function bubble(message, { mine, name, act }) {
  const text = service(message);
  if (text !== null) return el("div", { class: "service", "data-id": message.message_id }, el("span", {}, text));
  const preview = previewCard(message, act);
  const above = message.link_preview_options && message.link_preview_options.show_above_text;
  const body = el("div", { class: "bubble" });
  if (name) body.append(el("div", { class: `name n${Math.abs(name.id) % 7}` }, name.text));
  if (message.reply_to_message) {
    const quoted = message.reply_to_message;
    const who = quoted.from ? quoted.from.first_name : (quoted.sender_chat || {}).title || "";
    body.append(el("div", { class: "reply" }, el("strong", {}, who), el("span", {}, plain(quoted))));
  }
  if (preview && above) body.append(preview);
  if (message.photo) body.append(photo(message, act));
  const words = message.text !== undefined ? message.text : message.caption;
  if (words) {
    body.append(el("div", { class: "words", dir: "auto" }, formatted(words, message.entities || message.caption_entities, act.say)));
  }
  if (preview && !above) body.append(preview);
  const blocks = /pre|blockquote/.test(((message.entities || message.caption_entities || []).at(-1) || {}).type || "");
  if (words && !(preview && !above) && !message.reactions && !blocks) body.classList.add("tucked");
  if (message.edit_date) body.classList.add("edited");
  body.append(foot(message, act));
  const node = el("article", {
    class: `message ${mine ? "mine" : "theirs"}${message.photo ? " photo" : ""}`,
    "data-id": message.message_id,
  }, body);
  if (message.reply_markup) node.append(keyboard(message, act));
  return node;
}

function foot(message, act) {
  const node = el("footer", {});
  const counts = new Map();
  for (const emoji of message.reactions || []) counts.set(emoji, (counts.get(emoji) || 0) + 1);
  if (counts.size) {
    node.append(el("span", { class: "reactions" }, ...[...counts].map(([emoji, count]) => el("span", {}, count > 1 ? `${emoji} ${count}` : emoji))));
  }
  node.append(el("button", { class: "react", type: "button", "aria-label": t("Like"), title: t("Like"), onclick: () => act.react(message) }, "♥"));
  node.append(el("time", { datetime: new Date(message.date * 1000).toISOString() }, (message.edit_date ? `${t("edited")} ` : "") + time(message.date)));
  return node;
}

function photo(message, act) {
  const size = message.photo[message.photo.length - 1];
  return el("img", {
    class: `picture${message.has_media_spoiler ? " hidden" : ""}`, src: act.file(size.file_id), alt: message.caption || t("Photo"),
    width: size.width, height: size.height, loading: "lazy",
    onerror: (event) => event.target.replaceWith(el("div", { class: "picture missing" }, t("This photo cannot be loaded here"))),
    onclick: (event) => event.target.classList.remove("hidden"),
  });
}

// The card of a link preview. Telegram's servers read the page; here the browser tries the address as a picture.
function previewCard(message, act) {
  const options = message.link_preview_options || {};
  if (options.is_disabled || message.text === undefined) return null;
  const links = (message.entities || []).filter((one) => one.type === "text_link" || one.type === "url");
  const first = links.length ? links[0].url || message.text.slice(links[0].offset, links[0].offset + links[0].length) : null;
  const url = options.url || first;
  if (!url || !/^https?:/i.test(url)) return null;
  let parts;
  try { parts = new URL(url); } catch { return null; }
  const titled = links.find((one) => one.url === url) || (options.url ? links[0] : null);
  const title = titled && titled.type === "text_link" ? message.text.slice(titled.offset, titled.offset + titled.length) : "";
  const card = el("a", { class: "preview", href: url, target: "_blank", rel: "noopener noreferrer" },
    el("span", { class: "site" }, parts.hostname),
    el("span", { class: "headline" }, title || decoded(parts.pathname)));
  const picture = el("img", { src: url, alt: "", referrerpolicy: "no-referrer", class: options.prefer_small_media ? "small" : "large" });
  picture.addEventListener("load", () => { card.classList.add("pictured"); act.grown(); });
  picture.addEventListener("error", () => picture.remove());
  card.prepend(picture);
  return card;
}

function decoded(path) {
  try { return decodeURIComponent(path); } catch { return path; }
}

function keyboard(message, act) {
  const rows = message.reply_markup.inline_keyboard || [];
  return el("div", { class: "keyboard" }, ...rows.map((row) => el("div", { class: "keys" }, ...row.map((key) => keyNode(message, key, act)))));
}

function keyNode(message, key, act) {
  if (key.url) {
    const node = link(key.url, key.text);
    node.className = "key outside";
    return node;
  }
  const node = el("button", { class: "key", type: "button" }, key.text);
  node.addEventListener("click", () => act.press(message, key, node));
  return node;
}
