// Where a message is written, and files are attached to it.
import { createElement as h, useEffect, useRef, useState } from "react";
import Clip from "lucide-react/dist/esm/icons/paperclip.mjs";
import Close from "lucide-react/dist/esm/icons/x.mjs";
import Send from "lucide-react/dist/esm/icons/arrow-up.mjs";
import Square from "lucide-react/dist/esm/icons/square.mjs";
import FileText from "lucide-react/dist/esm/icons/file-text.mjs";
import { Act } from "./parts.jsx";
import { readsFiles, seesPictures } from "./models.mjs";
import { filesOf, isPicture, megabytes, safeName, sees, tooLarge, unseenNote } from "./request.mjs";
import { newId } from "./conversations.mjs";

const PICTURES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const PDF = "application/pdf";
const MOST_LINES_PX = 220;

export function Composer({ conversation, draft, model, store, isRunning, maxBytes, children }) {
  const { text, files } = draft;
  const [trouble, setTrouble] = useState("");
  const field = useRef(null);
  const taken = [...(seesPictures(model) ? PICTURES : []), ...(readsFiles(model) ? [PDF] : [])];
  const isReady = !isRunning && model && (text.trim() || files.some((file) => sees(model, file)));
  useEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, MOST_LINES_PX)}px`;
  }, [text]);

  const attach = (given) => {
    const known = [...filesOf(conversation), ...files];
    const added = [];
    for (const blob of given) {
      if (!taken.includes(blob.type)) {
        setTrouble(refusal(blob, model, taken));
        return;
      }
      const names = [...known, ...added].map(({ name }) => name);
      added.push({
        id: newId(),
        name: safeName(blob.name || "picture.png", names),
        type: blob.type,
        size: blob.size,
        blob,
      });
    }
    const reason = tooLarge(added, maxBytes) || tooLarge([...known, ...added], maxBytes);
    setTrouble(reason);
    if (!reason) store.draft({ files: [...files, ...added] });
    field.current.focus();
  };
  const send = () => {
    if (!isReady) return;
    store.draft({ text: "", files: [] });
    store.send(text, files);
    setTrouble("");
  };
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const onPaste = (event) => {
    const given = [...event.clipboardData.files];
    if (given.length === 0) return;
    event.preventDefault();
    attach(given);
  };
  const onDrop = (event) => {
    event.preventDefault();
    attach([...event.dataTransfer.files]);
  };
  return h(
    "form",
    {
      className: "play-composer",
      onSubmit: (event) => {
        event.preventDefault();
        send();
      },
      onDragOver: (event) => event.preventDefault(),
      onDrop,
    },
    files.length > 0 &&
      h(Attached, {
        files,
        onRemove: (id) => store.draft({ files: files.filter((file) => file.id !== id) }),
      }),
    h("textarea", {
      ref: field,
      className: "play-field",
      "aria-label": "Your message",
      placeholder: model ? `Ask ${model.name}` : "",
      rows: 1,
      value: text,
      onChange: (event) => store.draft({ text: event.target.value }),
      onKeyDown,
      onPaste,
    }),
    h(
      "div",
      { className: "play-composer-foot" },
      taken.length > 0 && h(Attach, { taken, onAttach: attach }),
      h("div", { className: "play-left" }, children),
      isRunning
        ? h(
            "button",
            { type: "button", className: "play-send is-stop", onClick: () => store.stop() },
            h(Square, { size: 14, "aria-hidden": true, fill: "currentColor" }),
            "Stop",
          )
        : h(
            "button",
            { type: "submit", className: "play-send", disabled: !isReady },
            h(Send, { size: 16, "aria-hidden": true }),
            "Send",
          ),
    ),
    h(
      "p",
      { className: "play-trouble", role: "status" },
      gone(conversation, model) || trouble || unseenNote(files, model),
    ),
  );
}

function gone(conversation, model) {
  if (model) return "";
  return conversation.model
    ? `${conversation.model} is not offered any more. Choose another model to go on.`
    : "No model is offered right now.";
}

function refusal(file, model, taken) {
  const name = file.name || "This file";
  if (file.type === PDF)
    return `${name}: this model cannot read PDFs. Choose one that takes files.`;
  if (PICTURES.includes(file.type))
    return `${name}: ${model?.name ?? "this model"} cannot see pictures. Choose one that takes images.`;
  return `${name} cannot be sent: ${taken.includes(PICTURES[0]) ? "a PDF, PNG, JPEG, WebP or GIF can" : "a PDF can"}.`;
}

function Attach({ taken, onAttach }) {
  const input = useRef(null);
  const onChange = () => {
    onAttach([...input.current.files]);
    input.current.value = "";
  };
  return [
    h("input", {
      key: "input",
      ref: input,
      type: "file",
      multiple: true,
      hidden: true,
      accept: taken.join(","),
      onChange,
      "data-testid": "files",
    }),
    h(Act, {
      key: "act",
      icon: Clip,
      label: taken.length > 1 ? "Attach a picture or a PDF" : "Attach a file",
      onClick: () => input.current.click(),
    }),
  ];
}

function Attached({ files, onRemove }) {
  return h(
    "ul",
    { className: "play-attached", "aria-label": "Attached" },
    files.map((file) =>
      h(
        "li",
        { key: file.id, className: "play-file" },
        isPicture(file) ? h(Preview, { file }) : h(FileText, { size: 16, "aria-hidden": true }),
        h("span", null, file.name),
        h("small", null, megabytes(file.size)),
        h(Act, { icon: Close, label: "Remove", what: file.name, onClick: () => onRemove(file.id) }),
      ),
    ),
  );
}

function Preview({ file }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(file.blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url ? h("img", { src: url, alt: "", className: "play-preview" }) : null;
}
