// The playground: its frame, its modes and its windows. What is typed and answered stays in here.
import { createElement as h, useEffect, useRef, useState, useSyncExternalStore } from "react";
import Braces from "lucide-react/dist/esm/icons/code-xml.mjs";
import List from "lucide-react/dist/esm/icons/messages-square.mjs";
import Sliders from "lucide-react/dist/esm/icons/sliders-horizontal.mjs";
import { CodeView } from "./play/code-view.jsx";
import { Composer } from "./play/composer.jsx";
import { Embeddings, FIRST_TEXTS, embeddingsBody } from "./play/embeddings.jsx";
import { Moderation, moderationBody } from "./play/moderation.jsx";
import { ModelChoice, Obstacle, Sheet, useOrigin, useWidth } from "./play/parts.jsx";
import { Settings } from "./play/settings.jsx";
import { ConversationList } from "./play/conversation-list.jsx";
import { ConversationView } from "./play/conversation-view.jsx";
import { openStorage } from "./play/storage.mjs";
import { MODERATORS, MODES, firstOf, modeOf, ofMode } from "./play/models.mjs";
import { leave, storeOf } from "./play/session.mjs";
import { chatBody, kindOf, shownBody } from "./play/request.mjs";
import { Store } from "./play/store.mjs";
import { withQuestion } from "./play/conversations.mjs";
import { FileUrl } from "./request-code.mjs";

const WIDE = "(min-width: 1100px)";
const READABLE = "(min-width: 861px)";
const NO_LIST = "The list of models did not come through. Are you online?";

export function Playground(props) {
  const { models, trouble, again } = useModels(props.source);
  useEffect(() => {
    if (!props.owner) leave();
  }, [props.owner]);
  if (trouble)
    return h(
      "div",
      { className: "play-shut" },
      h("h1", null, "Playground"),
      h(
        "div",
        { className: "problem", role: "alert" },
        h("p", null, trouble),
        h("button", { type: "button", className: "small-button", onClick: again }, "Try again"),
      ),
    );
  // A tab that comes from another page knows that somebody is signed in before it knows who.
  if (!models || !props.owner) return h(Waiting);
  return h(Opening, { key: props.owner, models, ...props });
}

function useModels(source) {
  const [told, setTold] = useState({ models: null, trouble: "" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    fetch(source, { signal: leaving.signal })
      .then(async (answer) => {
        const body = await answer.json();
        if (!answer.ok) throw new Error(body.error.message);
        setTold({ models: body.models, trouble: "" });
      })
      .catch((error) => {
        if (!leaving.signal.aborted)
          setTold({ models: null, trouble: error.constructor === Error ? error.message : NO_LIST });
      });
    return () => leaving.abort();
  }, [source, attempt]);
  const again = () => {
    setTold({ models: null, trouble: "" });
    setAttempt(attempt + 1);
  };
  return { ...told, again };
}

function Waiting() {
  return h(
    "div",
    { className: "play-shut" },
    h("h1", null, "Playground"),
    h("span", { className: "skeleton play-skeleton" }),
    h("span", { className: "heard", role: "status" }, "Loading …"),
  );
}

const askedModel = (models) =>
  models.find(({ id }) => id === new URLSearchParams(window.location.search).get("model"));

// What the address asks for is asked for once: a reload goes on where the reader was.
const forgetAsked = () =>
  window.history.replaceState(window.history.state, "", window.location.pathname);

async function openStore(owner, models) {
  const store = new Store({ storage: await openStorage(owner), models });
  await store.load();
  window.addEventListener("pagehide", () => store.part());
  return store;
}

function Opening({ models, owner, onSpent, ...props }) {
  const [store, setStore] = useState(null);
  const [asked, setAsked] = useState(null);
  const spent = useRef(onSpent);
  useEffect(() => {
    spent.current = onSpent;
  });
  useEffect(() => {
    let isGone = false;
    const chatModels = ofMode(models, "chat");
    storeOf(owner, () => openStore(owner, chatModels)).then((opened) => {
      if (isGone) return;
      Object.assign(opened, { models: chatModels, onSpent: () => spent.current() });
      const wanted = askedModel(models);
      if (wanted && modeOf(wanted) === "chat") opened.begin(wanted.id);
      forgetAsked();
      setAsked(wanted);
      setStore(opened);
    });
    return () => {
      isGone = true;
    };
  }, [owner, models]);
  return store ? h(Room, { store, models, asked, onSpent, ...props }) : h(Waiting);
}

function Room({
  store,
  models,
  asked,
  onSpent,
  base,
  own,
  code,
  maxBytes,
  hasModeration,
  obstacle,
  untilMs,
  left,
}) {
  const state = useSyncExternalStore(store.subscribe, store.read, store.read);
  const [mode, setMode] = useState(asked ? modeOf(asked) : "chat");
  const [sheet, setSheet] = useState("");
  const [embedder, setEmbedder] = useState(
    firstOf(ofMode(models, "embeddings"), asked?.id)?.id ?? "",
  );
  const [texts, setTexts] = useState(FIRST_TEXTS);
  const [moderator, setModerator] = useState(MODERATORS[0]);
  const [checked, setChecked] = useState("");
  const isWide = useWidth(WIDE);
  const isReadable = useWidth(READABLE);
  const address = `${useOrigin(base, own)}/proxy/v1`;
  const { conversation, draft } = state;
  const model = store.modelOf(conversation);
  const isRunning = state.running.includes(conversation.id);
  const close = () => setSheet("");
  useEscape(isRunning && !sheet, () => store.stop());

  const shown = MODES.filter(([name]) =>
    name === "moderation" ? hasModeration : ofMode(models, name).length > 0,
  );
  const pickers = {
    chat: h(ModelChoice, {
      models: ofMode(models, "chat"),
      chosen: conversation.model,
      onChoose: (id) => store.set({ model: id }),
    }),
    embeddings: h(ModelChoice, {
      models: ofMode(models, "embeddings"),
      chosen: embedder,
      onChoose: setEmbedder,
    }),
    moderation: h(ModelChoice, {
      models: MODERATORS.map((id) => ({ id, name: id, kind: "chat" })),
      chosen: moderator,
      onChoose: setModerator,
    }),
  };
  const settings = h(Settings, { conversation, model, store });
  const list = h(ConversationList, { state, store, onChosen: close });
  const request =
    sheet === "code" &&
    requestOf({ mode, conversation, model, draft, embedder, texts, moderator, checked });
  const notice = obstacle && h(Obstacle, { text: obstacle, untilMs, onOver: onSpent });
  return h(
    "div",
    { className: "play" },
    h(
      "header",
      { className: "play-bar" },
      h("h1", null, "Playground"),
      h(
        "div",
        { className: "tabs", role: "group", "aria-label": "What to try" },
        shown.map(([name, label]) =>
          h(
            "button",
            {
              key: name,
              type: "button",
              "aria-pressed": name === mode,
              onClick: () => setMode(name),
            },
            label,
          ),
        ),
      ),
      pickers[mode],
      h(
        "div",
        { className: "play-bar-acts" },
        mode === "chat" &&
          !isReadable &&
          h(BarButton, { icon: List, label: "Conversations", onClick: () => setSheet("list") }),
        h(BarButton, { icon: Braces, label: "Code", onClick: () => setSheet("code") }),
        mode === "chat" &&
          !isWide &&
          h(BarButton, { icon: Sliders, label: "Settings", onClick: () => setSheet("settings") }),
      ),
    ),
    mode === "chat" &&
      h(
        "div",
        { className: "play-columns" },
        isReadable && h("aside", { className: "play-side", "aria-label": "Conversations" }, list),
        h(
          "section",
          { className: "play-middle", "aria-label": "Chat" },
          h(ConversationView, { conversation, model, models, store, isRunning }),
          notice,
          state.trouble && h(Obstacle, { text: state.trouble }),
          h(
            Composer,
            { key: conversation.id, conversation, draft, model, store, isRunning, maxBytes },
            left,
          ),
        ),
        isWide && h("aside", { className: "play-side", "aria-label": "Settings" }, settings),
      ),
    mode === "embeddings" &&
      h(
        "div",
        { className: "play-single" },
        notice,
        h(Embeddings, { model: embedder, texts, setTexts, onSpent }),
      ),
    mode === "moderation" &&
      h(
        "div",
        { className: "play-single" },
        h(Moderation, { model: moderator, text: checked, setText: setChecked }),
      ),
    h(Sheet, { title: "Conversations", isOpen: sheet === "list", onClose: close }, list),
    h(Sheet, { title: "Settings", isOpen: sheet === "settings", onClose: close }, settings),
    h(
      Sheet,
      {
        title: "This request as code",
        isOpen: sheet === "code",
        onClose: close,
        className: "is-wide",
      },
      request && h(CodeView, { code, base: address, ...request }),
    ),
  );
}

function BarButton({ icon, label, onClick }) {
  return h(
    "button",
    { type: "button", className: "small-button", title: label, onClick },
    h(icon, { size: 16, "aria-hidden": true }),
    h("span", { className: "play-bar-label" }, label),
  );
}

function useEscape(isOn, act) {
  useEffect(() => {
    if (!isOn) return undefined;
    const onKey = (event) => event.key === "Escape" && act();
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [isOn]);
}

// The request that the page would send next: with what stands in the field, or else the last one.
function requestOf({ mode, conversation, model, draft, embedder, texts, moderator, checked }) {
  if (mode === "embeddings") return { kind: "embedding", body: embeddingsBody(embedder, texts) };
  if (mode === "moderation")
    return {
      kind: "moderation",
      body: moderationBody(moderator, checked || "Something that somebody wrote"),
    };
  const body = shownBody(
    chatBody(
      nextConversation(conversation, draft),
      model,
      ({ name, type }) => new FileUrl(name, type),
    ),
  );
  return { kind: kindOf(body), body };
}

function nextConversation(conversation, { text, files }) {
  if (text.trim() || files.length) return withQuestion(conversation, text, files);
  if (conversation.messages.length === 0)
    return withQuestion(conversation, "Name my raccoon rhythm game.", []);
  return conversation.messages.at(-1).role === "assistant"
    ? { ...conversation, messages: conversation.messages.slice(0, -1) }
    : conversation;
}
