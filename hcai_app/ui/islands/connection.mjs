// Why a page's events do not get through. A WebSocket that fails tells nothing; so the page asks over
// plain HTTP whether the server is there at all.
import { useEffect, useState } from "react";

const CHECK_MS = 3_000;
// A server that has just come back answers once before the events do.
const ANSWERS = 2;

// True once the server has answered though the connection is lost.
export function useAnswering(isLost) {
  const [answers, setAnswers] = useState(0);
  useEffect(() => {
    const check = async () => {
      const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
      setAnswers((count) => (answer?.ok ? count + 1 : 0));
    };
    setAnswers(0);
    if (isLost) check();
    const timer = isLost && setInterval(check, CHECK_MS);
    return () => clearInterval(timer);
  }, [isLost]);
  return isLost && answers >= ANSWERS;
}
