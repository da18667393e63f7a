// The conversations of this browser: open, rename, delete, take along, forget all.
import { createElement as h, useEffect, useRef, useState } from "react";
import Plus from "lucide-react/dist/esm/icons/plus.mjs";
import Pencil from "lucide-react/dist/esm/icons/pencil.mjs";
import Trash from "lucide-react/dist/esm/icons/trash-2.mjs";
import { Confirm } from "../confirm.jsx";
import { Act, save } from "./parts.jsx";
import { MAX_CONVERSATIONS, asJson, asMarkdown, titleOf } from "./conversations.mjs";
import { safeName } from "./request.mjs";

const NEW = "play-new"; // has the focus when a conversation has gone

export function ConversationList({ state, store, onChosen }) {
  const { heads, conversation, running, lasts } = state;
  const begin = () => {
    store.begin();
    onChosen();
  };
  const choose = (id) => store.choose(id).then(onChosen);
  return h(
    "div",
    { className: "play-list" },
    h(
      "button",
      { type: "button", id: NEW, className: "small-button play-new", onClick: begin },
      h(Plus, { size: 16, "aria-hidden": true }),
      "New conversation",
    ),
    h(
      "ul",
      { "aria-label": "Conversations" },
      heads.map((head) =>
        h(Head, {
          key: head.id,
          head,
          isOpen: head.id === conversation.id,
          isRunning: running.includes(head.id),
          store,
          onChoose: () => choose(head.id),
        }),
      ),
    ),
    heads.length === 0 && h("p", { className: "quiet" }, "Your conversations will be listed here."),
    h(
      "div",
      { className: "play-list-foot" },
      conversation.messages.length > 0 && h(TakeAlong, { conversation }),
      heads.length > 0 && h(ForgetAll, { store }),
    ),
    h(
      "p",
      { className: "play-note" },
      lasts
        ? `The newest ${MAX_CONVERSATIONS} are kept, in this browser and nowhere else.`
        : "This browser keeps nothing: they are gone when you leave the page.",
    ),
  );
}

function Head({ head, isOpen, isRunning, store, onChoose }) {
  const [isNaming, setNaming] = useState(false);
  const title = titleOf(head);
  if (isNaming)
    return h(Naming, {
      title,
      onLeave: () => setNaming(false),
      onName: (name) => store.rename(head.id, name),
    });
  return h(
    "li",
    { className: "play-head" },
    h(
      "button",
      {
        type: "button",
        className: "play-head-name",
        "aria-current": isOpen ? "true" : undefined,
        onClick: onChoose,
        title,
      },
      title,
      isRunning &&
        h("span", { className: "play-dot" }, h("span", { className: "heard" }, " (answering)")),
    ),
    h(Act, { icon: Pencil, label: "Rename", what: title, onClick: () => setNaming(true) }),
    h(Asked, {
      label: h("span", { title: "Delete" }, h(Trash, { size: 16, "aria-hidden": true })),
      what: `Delete ${title}`,
      question: "Delete this conversation? It is nowhere else.",
      yes: "Delete it",
      no: "Keep it",
      after: NEW,
      onConfirm: () => store.remove(head.id),
    }),
  );
}

// Escape answers the question, and does nothing to what is around it.
function Asked(props) {
  const onKeyDown = (event) => {
    if (event.key !== "Escape" || !event.target.closest(".confirm-question")) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return h("div", { className: "play-asked", onKeyDown }, h(Confirm, props));
}

function Naming({ title, onName, onLeave }) {
  const field = useRef(null);
  useEffect(() => field.current.select(), []);
  const leave = (isKept) => {
    if (isKept) onName(field.current.value);
    onLeave();
  };
  const onKeyDown = (event) => {
    if (event.key === "Escape") event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") leave(event.key === "Enter");
  };
  return h(
    "li",
    null,
    h("input", {
      ref: field,
      className: "input small",
      "aria-label": "Name of the conversation",
      defaultValue: title,
      maxLength: 80,
      onKeyDown,
      onBlur: () => leave(true),
    }),
  );
}

function TakeAlong({ conversation }) {
  const name = safeName(titleOf(conversation));
  const take = (text, type, end) => save(`${name}.${end}`, new Blob([text], { type }));
  return [
    h(
      "button",
      {
        key: "md",
        type: "button",
        className: "small-button",
        onClick: () => take(asMarkdown(conversation), "text/markdown", "md"),
      },
      "Save as Markdown",
    ),
    h(
      "button",
      {
        key: "json",
        type: "button",
        className: "small-button",
        onClick: () => take(asJson(conversation), "application/json", "json"),
      },
      "Save as JSON",
    ),
  ];
}

function ForgetAll({ store }) {
  const question = "Forget all conversations? They are nowhere else.";
  return h(Asked, {
    label: "Forget all",
    question,
    yes: "Forget all",
    no: "Keep them",
    after: NEW,
    onConfirm: () => store.removeAll(),
  });
}
