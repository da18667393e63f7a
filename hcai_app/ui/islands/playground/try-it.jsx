// Runs an example with the reader's account: the very request, edited or not, and what comes back.
// What is typed leaves the browser in that request only, and nothing of it is kept.
import Play from "lucide-react/dist/esm/icons/play.mjs";
import Stop from "lucide-react/dist/esm/icons/square.mjs";
import Warning from "lucide-react/dist/esm/icons/triangle-alert.mjs";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import * as answers from "./answers.mjs";
import { call } from "./call.mjs";
import { Observable } from "./observable.mjs";

const MOST_LINES = 22;
const GROUP = { role: "group" };
// What all panels of the page know together: who reads, and the id of the latest call made here.
const shared = new Observable({ isKnown: false, isSignedIn: false, latest: "" });
const useShared = () => useSyncExternalStore(shared.subscribe, shared.read, shared.read);

// Tells every panel of the page whether somebody is signed in, as far as the server has told.
export function Visitor({ known, signedIn }) {
  useEffect(() => shared.set({ isKnown: known, isSignedIn: signedIn }), [known, signedIn]);
  return null;
}

const signInTo = (place) => `/auth/login?to=${encodeURIComponent(`/docs#${place}`)}`;

// What is sent is a body or, without one, the path that is asked; `guarded`: somebody must be signed in.
export function TryIt({ name, title, road, endpoint, body, guarded, place, simulated, loud }) {
  const { isKnown, isSignedIn, latest } = useShared();
  const [isOpen, setIsOpen] = useState(false);
  const [edited, setEdited] = useState(null);
  const [problem, setProblem] = useState("");
  const [run, start, stop] = useRun(road);
  const field = useRef(null);
  // A path that ends with `=` asks for a call: the latest one, where there is one.
  const given = body || (endpoint.endsWith("=") ? endpoint + latest : endpoint);
  const text = edited ?? given;
  const focus = () => requestAnimationFrame(() => field.current?.focus());
  const send = () => {
    setIsOpen(true);
    const found = body ? answers.problemOf(text) : answers.pathProblemOf(text);
    setProblem(found);
    if (found) focus();
    else start(body ? endpoint : text.trim(), body && text);
  };
  const change = (next) => {
    setEdited(next);
    setProblem("");
  };
  const toggle = () => {
    if (isOpen) stop();
    else focus();
    setIsOpen(!isOpen);
  };
  const isSignedOut = guarded && ((isKnown && !isSignedIn) || run?.error?.status === 401);
  const words = run?.isRunning ? "Stop" : run ? "Run again" : isOpen ? "Run" : "Run it";
  const isLoud = loud && isKnown && isSignedIn && !run?.isRunning;
  const Icon = run?.isRunning ? Stop : Play;
  const isChanged = edited !== null && edited !== given;
  return (
    <section className="try-it" {...GROUP} aria-label={`Try it: ${title}`}>
      <div className="try-bar">
        {isSignedOut ? (
          <a className="button small quiet" href={signInTo(place)}>
            Sign in to run it
          </a>
        ) : (
          <>
            <button
              type="button"
              className={`button small${isLoud ? "" : " quiet"}`}
              onClick={run?.isRunning ? stop : send}
            >
              <Icon size={14} aria-hidden={true} fill="currentColor" />
              {words}
            </button>
            <button
              type="button"
              className="small-button"
              aria-expanded={isOpen}
              aria-controls={`${name}-try`}
              onClick={toggle}
            >
              {isOpen ? "Close" : "Edit first"}
            </button>
          </>
        )}
        <span className="try-endpoint mono">{`${body ? "POST" : "GET"} ${endpoint.split("?")[0]}`}</span>
      </div>
      <p className="heard" role="status">
        {spoken(run)}
      </p>
      {isOpen && (
        <div id={`${name}-try`} className="try-panel">
          <Editor {...{ name, field, text, isPath: !body, isChanged, change, problem, send }} />
          {run && <Result run={run} simulated={simulated} place={place} />}
        </div>
      )}
    </section>
  );
}

function Editor({ name, field, text, isPath, isChanged, change, problem, send }) {
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || !(isPath || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
  const Field = isPath ? "input" : "textarea";
  const rows = Math.min(MOST_LINES, text.split("\n").length);
  return (
    <div className="try-editor">
      <div className="try-editor-head">
        <label htmlFor={`${name}-body`}>{isPath ? "What is asked for" : "What is sent"}</label>
        {isChanged && (
          <button type="button" className="small-button" onClick={() => change(null)}>
            As it was
          </button>
        )}
      </div>
      <Field
        id={`${name}-body`}
        ref={field}
        className="try-body"
        {...(isPath ? { type: "text" } : { rows, wrap: "off" })}
        value={text}
        {...{ spellCheck: false, autoComplete: "off", autoCapitalize: "off" }}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${name}-problem` : undefined}
        onKeyDown={onKeyDown}
        onChange={(event) => change(event.target.value)}
      />
      {problem && (
        <p id={`${name}-problem`} className="try-problem" role="alert">
          <Warning size={16} aria-hidden={true} />
          {problem}
        </p>
      )}
    </div>
  );
}

function Result({ run, simulated, place }) {
  const { known, error } = run;
  const box = useRef(null);
  const isThere = !run.isRunning || Boolean(known.text);
  useEffect(() => {
    if (isThere) box.current.scrollIntoView({ block: "nearest" });
  }, [isThere]);
  return (
    <div ref={box} className="try-result">
      <div className="try-figures">
        <dl>
          {figures(run).map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="num">{value}</dd>
            </div>
          ))}
        </dl>
        {run.isStopped && <span className="pill">stopped</span>}
        {simulated && !error && <span className="pill">simulated</span>}
      </div>
      {error && (
        <div className="problem" role="alert">
          <Warning size={20} aria-hidden={true} />
          <p>
            {error.message}
            {error.untilMs && (
              <b className="try-reset"> It works again at {clock(error.untilMs)}.</b>
            )}
            {error.status === 401 && <a href={signInTo(place)}> Sign in</a>}
          </p>
        </div>
      )}
      {known.note && <p className="try-note">{known.note}</p>}
      {known.text && <p className="try-text">{known.text}</p>}
      {known.images.map((source, at) => (
        <img key={source} className="try-image" src={source} alt={`Drawn, number ${at + 1}`} />
      ))}
      {run.raw && <RawAnswer run={run} startsOpen={!known.text && !known.images.length} />}
    </div>
  );
}

// What is long takes a while to be made readable: only what is looked at is, and while it grows only
// its beginning.
function RawAnswer({ run, startsOpen }) {
  const [isTurned, setIsTurned] = useState(null);
  const isOpen = isTurned ?? (startsOpen && !run.isRunning);
  const turn = ({ currentTarget: { open } }) => open !== isOpen && setIsTurned(open);
  const shown = run.isRunning ? answers.beginning : answers.readable;
  return (
    <details className="try-raw" open={isOpen} onToggle={turn}>
      <summary>Raw answer</summary>
      {isOpen && (
        <section className="code" {...{ tabIndex: 0 }} aria-label="Raw answer">
          <code>{shown(run.raw)}</code>
        </section>
      )}
    </details>
  );
}

const clock = (ms) =>
  new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const ms = (time) => (time === null ? "…" : `${Math.round(time)} ms`);

function figures({ known, status, error, firstMs, totalMs, isStream }) {
  const tokens = answers.tokensOf(known.usage);
  const cost = answers.costOf(known.usage);
  return [
    ["Status", status ? String(error?.status ?? status) : "…"],
    [isStream ? "First token" : "Answer", ms(firstMs)],
    isStream && totalMs !== null && ["Whole answer", ms(totalMs)],
    tokens !== null && ["Tokens", tokens.toLocaleString("en-US")],
    cost !== null && ["Cost", answers.dollars(cost)],
  ].filter(Boolean);
}

function spoken(run) {
  if (run?.isRunning) return run.firstMs === null ? "Sent." : "The answer is coming.";
  if (!run || run.error) return "";
  const tokens = answers.tokensOf(run.known.usage);
  const end = run.isStopped ? "Stopped." : "The answer is here.";
  return tokens === null ? end : `${end} ${tokens} tokens.`;
}

// One run at a time; leaving the page, or stopping, ends it at the provider too. An answer comes in
// many more pieces than a screen can show.
function useRun(road) {
  const [run, setRun] = useState(null);
  const latest = useRef({});
  const stop = () => latest.current.ending?.abort();
  useEffect(() => stop, []);
  const start = async (path, body) => {
    stop();
    const own = { ending: new AbortController(), frame: 0 };
    latest.current = own;
    const draw = () => {
      own.frame = 0;
      if (latest.current === own) setRun(own.run);
    };
    const show = (now) => {
      own.run = now;
      own.frame ||= requestAnimationFrame(draw);
    };
    own.run = await call(road + path, body, { signal: own.ending.signal, show, isRaw: true });
    cancelAnimationFrame(own.frame);
    if (own.run.error?.status === 401) shared.set({ isKnown: true, isSignedIn: false });
    if (own.run.id) shared.set({ latest: own.run.id });
    draw();
  };
  return [run, start, stop];
}
