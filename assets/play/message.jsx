// One message of a conversation, and what can be done with it.
import { createElement as h, memo, useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import Again from "lucide-react/dist/esm/icons/refresh-cw.mjs";
import Download from "lucide-react/dist/esm/icons/download.mjs";
import FileText from "lucide-react/dist/esm/icons/file-text.mjs";
import Pencil from "lucide-react/dist/esm/icons/pencil.mjs";
import { Act, Copy, Obstacle, Receipt, save } from "./parts.jsx";
import { isPicture, megabytes } from "./request.mjs";
import { Markdown } from "./markdown.jsx";

const WAY_IN = "/auth/login?to=%2Fplayground";

export const Message = memo(function Message({ note, color, modelName, ...parts }) {
  return parts.message.role === "user"
    ? h(Question, { note, ...parts })
    : h(Answer, { modelName, color, ...parts });
});

function Question({ message, conversationId, store, isBusy, note }) {
  const [isEditing, setEditing] = useState(false);
  const { text, files = [] } = message;
  if (isEditing) {
    const send = (changed) => {
      setEditing(false);
      store.resend(message, changed);
    };
    return h(Editor, { text, onSend: send, onLeave: () => setEditing(false) });
  }
  return h(
    "article",
    { className: "play-question", "aria-label": "You" },
    files.length > 0 &&
      h(
        "div",
        { className: "play-files" },
        files.map((file) => h(Kept, { key: file.id, file, conversationId, store })),
      ),
    text && h("p", { className: "play-said" }, text),
    note && h("p", { className: "play-note" }, note),
    h(
      "div",
      { className: "play-acts" },
      text && h(Copy, { text: () => text, what: "your message" }),
      h(Act, {
        icon: Pencil,
        label: "Edit",
        what: "and send again",
        disabled: isBusy,
        onClick: () => setEditing(true),
      }),
    ),
  );
}

function Editor({ text, onSend, onLeave }) {
  const field = useRef(null);
  const [draft, setDraft] = useState(text);
  useEffect(() => {
    field.current.focus();
    field.current.setSelectionRange(text.length, text.length);
  }, []);
  const onKeyDown = (event) => {
    if (event.key === "Escape") onLeave();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (draft.trim()) onSend(draft);
  };
  return h(
    "div",
    { className: "play-question play-editing" },
    h("textarea", {
      ref: field,
      className: "input",
      "aria-label": "Change your message",
      rows: Math.min(12, draft.split("\n").length + 1),
      value: draft,
      onChange: (event) => setDraft(event.target.value),
      onKeyDown,
    }),
    h("p", { className: "quiet" }, "What came after it is dropped."),
    h(
      "div",
      { className: "play-edit-acts" },
      h(
        "button",
        {
          type: "button",
          className: "button small",
          disabled: !draft.trim(),
          onClick: () => onSend(draft),
        },
        "Send again",
      ),
      h("button", { type: "button", className: "button quiet small", onClick: onLeave }, "Keep it"),
    ),
  );
}

function Answer({ message, conversationId, store, isBusy, modelName, color }) {
  const { text = "", reasoning, images = [], state, error, finish } = message;
  const isRunning = state === "running";
  const isSilent = isRunning && !text && !reasoning && !images.length;
  return h(
    "article",
    { className: "play-answer", "aria-label": modelName, "aria-busy": isRunning },
    h(
      "p",
      { className: "play-by" },
      h("i", { className: "play-dot", style: { background: color }, "aria-hidden": true }),
      modelName,
    ),
    reasoning && h(Thoughts, { reasoning, isOpen: isRunning && !text }),
    isSilent &&
      h(
        "p",
        { className: "play-waiting" },
        h("i", null),
        h("i", null),
        h("i", null),
        h("span", { className: "heard" }, "Waiting for the answer"),
      ),
    text && h(Markdown, { text }),
    images.length > 0 &&
      h(
        "div",
        { className: "play-pictures" },
        images.map((image, place) =>
          typeof image === "string"
            ? h("img", { key: place, src: image, alt: `Picture by ${modelName}` })
            : h(Drawn, { key: image.id, file: image, conversationId, store, modelName }),
        ),
      ),
    error && h(Failure, { error, isBusy, again: () => store.again(message.id) }),
    state === "stopped" &&
      h(
        "p",
        { className: "play-note" },
        "Stopped. What it cost is settled in a moment, see ",
        h(Link, { to: "/activity" }, "Activity"),
        ".",
      ),
    finish === "length" &&
      h(
        "p",
        { className: "play-note" },
        "Cut off: the answer reached its longest length (see the settings).",
      ),
    finish === "content_filter" &&
      h("p", { className: "play-note" }, "The provider’s filter ended this answer."),
    !isRunning &&
      h(
        "div",
        { className: "play-foot" },
        h(Receipt, message),
        h(
          "div",
          { className: "play-acts" },
          text && h(Copy, { text: () => text, what: "the answer" }),
          h(Act, {
            icon: Again,
            label: "Ask again",
            what: "for another answer",
            disabled: isBusy,
            onClick: () => store.again(message.id),
          }),
        ),
      ),
  );
}

function Thoughts({ reasoning, isOpen }) {
  return h(
    "details",
    { className: "play-thoughts", open: isOpen || undefined },
    h("summary", null, isOpen ? "Thinking …" : "What it thought"),
    h("p", null, reasoning),
  );
}

function Failure({ error, isBusy, again }) {
  const isSignedOut = error.code === 401;
  return h(
    Obstacle,
    { text: error.message, untilMs: error.untilMs },
    isSignedOut
      ? h("a", { href: WAY_IN, className: "small-button" }, "Sign in again")
      : h(
          "button",
          { type: "button", className: "small-button", disabled: isBusy, onClick: again },
          "Try again",
        ),
  );
}

// The address of a kept file, for as long as it is shown.
function useAddress(file, conversationId, store) {
  const [kept, setKept] = useState({ url: "", blob: null });
  useEffect(() => {
    let url = "";
    let isGone = false;
    store.file(conversationId, file.id).then((blob) => {
      if (isGone || !blob) return;
      url = URL.createObjectURL(blob);
      setKept({ url, blob });
    });
    return () => {
      isGone = true;
      if (url) URL.revokeObjectURL(url);
    };
  }, [file.id]);
  return kept;
}

function Drawn({ file, conversationId, store, modelName }) {
  const { url, blob } = useAddress(file, conversationId, store);
  if (!url) return h("span", { className: "play-picture-room" });
  return h(
    "figure",
    { className: "play-picture" },
    h("img", { src: url, alt: `Picture by ${modelName}` }),
    h(Act, {
      icon: Download,
      label: "Save",
      what: "the picture",
      isBare: false,
      onClick: () => save(file.name, blob),
    }),
  );
}

function Kept({ file, conversationId, store }) {
  const { url } = useAddress(file, conversationId, store);
  if (isPicture(file))
    return url
      ? h("img", { src: url, alt: file.name, className: "play-thumb" })
      : h("span", { className: "play-thumb" });
  return h(
    "span",
    { className: "play-file" },
    h(FileText, { size: 16, "aria-hidden": true }),
    h("span", null, file.name),
    h("small", null, megabytes(file.size)),
  );
}
