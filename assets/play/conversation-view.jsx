// The open conversation: its messages, following the newest until the reader scrolls away.
import { createElement as h, useEffect, useLayoutEffect, useRef, useState } from "react";
import Down from "lucide-react/dist/esm/icons/arrow-down.mjs";
import { Message } from "./message.jsx";
import { draws } from "./models.mjs";
import { unseenNote } from "./request.mjs";

const NEAR_PX = 48;
const HEARD = 400;
const WORDS = [
  "Name my raccoon rhythm game.",
  "Explain recursion with a joke.",
  "Write a Discord bot in Python that says hi.",
];
const PICTURES = [
  "A raccoon playing the drums",
  "A sticker of a rubber duck debugging",
  "A tiny robot in a garden, pixel art",
];

export function ConversationView({ conversation, model, models, store, isRunning }) {
  const box = useRef(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const isFollowing = useRef(true);
  const lastTop = useRef(0);
  const follow = () => {
    if (isFollowing.current) box.current.scrollTop = box.current.scrollHeight;
  };
  const jump = () => {
    isFollowing.current = true;
    setAtEnd(true);
    follow();
  };
  const question = conversation.messages.findLast(({ role }) => role === "user")?.id;
  useLayoutEffect(jump, [conversation.id, question]);
  useLayoutEffect(follow, [conversation]);
  // Pictures and fonts come later than their message, and the field below can take more room. A watch
  // that outlived the view by a frame would find no box, and a page that throws is loaded anew.
  useLayoutEffect(() => {
    const watch = new ResizeObserver(follow);
    watch.observe(box.current.firstChild);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [conversation.id]);
  // Only a reader scrolls up; a conversation that has grown meanwhile is no reason to leave its end.
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) isFollowing.current = true;
    else if (scrollTop < lastTop.current) isFollowing.current = false;
    lastTop.current = scrollTop;
    setAtEnd(isFollowing.current);
  };
  const modelOf = (id) =>
    models.find((one) => one.id === id) ?? { name: id, color: "var(--chart-other)" };
  return h(
    "div",
    { className: "play-talk" },
    h(
      "div",
      {
        ref: box,
        className: "play-scroll",
        onScroll,
        tabIndex: 0,
        role: "log",
        "aria-live": "off",
        "aria-label": "Conversation",
      },
      h(
        "div",
        { className: "play-messages" },
        conversation.messages.length === 0 && h(Beginning, { model, store }),
        conversation.messages.map((message) => {
          const { name: modelName, color } = modelOf(message.model);
          return h(Message, {
            key: message.id,
            message,
            conversationId: conversation.id,
            store,
            isBusy: isRunning || !model,
            modelName,
            color,
            note: unseenNote(message.files, model),
          });
        }),
      ),
    ),
    !isAtEnd &&
      h(
        "button",
        { type: "button", className: "play-jump", onClick: jump },
        h(Down, { size: 16, "aria-hidden": true }),
        "To the newest",
      ),
    h(Heard, { key: conversation.id, conversation, isRunning }),
  );
}

// What is said to those who hear the page: that an answer begins, and then the answer, once.
function Heard({ conversation, isRunning }) {
  const [text, setText] = useState("");
  const was = useRef(false);
  useEffect(() => {
    const last = conversation.messages.at(-1);
    if (isRunning) setText("Answering …");
    else if (was.current && last) {
      const told = { failed: last.error?.message, stopped: "Stopped." }[last.state] ?? last.text;
      setText(`Answer: ${(told ?? "").slice(0, HEARD)}`);
    }
    was.current = isRunning;
  }, [isRunning]);
  return h("p", { className: "heard", role: "status" }, text);
}

function Beginning({ model, store }) {
  const ideas = draws(model) ? PICTURES : WORDS;
  return h(
    "div",
    { className: "play-beginning" },
    h("h2", null, draws(model) ? "What should it draw?" : "What do you want to know?"),
    h("p", null, model ? `${model.name}: ${model.line}` : ""),
    h(
      "div",
      { className: "chips" },
      ideas.map((idea) =>
        h(
          "button",
          {
            key: idea,
            type: "button",
            className: "chip",
            disabled: !model,
            onClick: () => store.send(idea),
          },
          idea,
        ),
      ),
    ),
  );
}
