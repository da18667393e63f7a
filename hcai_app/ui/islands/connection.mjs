// Why a page's events do not get through. A WebSocket that fails tells nothing; so the page asks over
// plain HTTP whether the server is there at all.
import { useEffect, useState } from "react";

const CHECK_MS = 3_000;
// A server that has just come back answers once before the events do.
const ANSWERS = 2;

const isThere = () =>
  fetch("/healthz", { cache: "no-store" }).then(
    ({ ok }) => ok,
    () => false,
  );

// True once the server has answered though the connection is lost.
export function useAnswering(isLost) {
  const [answers, setAnswers] = useState(0);
  useEffect(() => {
    if (!isLost) return undefined;
    const check = async () => {
      const isUp = await isThere();
      setAnswers((count) => (isUp ? count + 1 : 0));
    };
    check();
    const timer = setInterval(check, CHECK_MS);
    return () => {
      clearInterval(timer);
      setAnswers(0);
    };
  }, [isLost]);
  return answers >= ANSWERS;
}
