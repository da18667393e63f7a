// Questions asked in place, before something that cannot be taken back.
import { jsx, jsxs } from "react/jsx-runtime";
import { useEffect, useId, useRef, useState } from "react";

// A button that asks first. The safe answer has the focus, Escape gives it, and the focus goes back.
export function Confirm({ label, what, question, yes, no, after, onConfirm }) {
  const [isAsking, setIsAsking] = useState(false);
  const name = useId();
  const opener = useRef(null);
  const safe = useRef(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (isAsking) safe.current.focus();
    else if (wasAsking.current) opener.current.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  const confirm = () => {
    wasAsking.current = false;
    setIsAsking(false);
    onConfirm();
    (document.getElementById(after) ?? opener.current).focus();
  };
  return jsxs("div", {
    className: "confirm",
    children: [
      jsxs("button", {
        type: "button",
        ref: opener,
        className: "small-button",
        "aria-expanded": isAsking,
        onClick: () => setIsAsking(!isAsking),
        children: [label, what ? jsx("span", { className: "heard", children: ` ${what}` }) : null],
      }),
      isAsking
        ? jsxs("div", {
            role: "group",
            "aria-labelledby": name,
            className: "confirm-question",
            onKeyDown: (event) => event.key === "Escape" && setIsAsking(false),
            children: [
              jsx("p", { id: name, children: question }),
              jsx("button", {
                type: "button",
                className: "button strong small",
                onClick: confirm,
                children: yes,
              }),
              jsx("button", {
                type: "button",
                ref: safe,
                className: "button quiet small",
                onClick: () => setIsAsking(false),
                children: no,
              }),
            ],
          })
        : null,
    ],
  });
}
