// A day to pick. While a year is being typed the browser reports days of the first centuries:
// only what can be meant is told.
import { jsx } from "react/jsx-runtime";
import { useEffect, useRef } from "react";

const FIRST = "2020-01-01";

export function DateField({ id, value, onPick }) {
  const box = useRef(null);
  useEffect(() => {
    if (box.current && box.current.value !== value) box.current.value = value;
  }, [value]);
  const change = (event) => {
    const day = event.target.value;
    if (day === "" || day >= FIRST) onPick(day);
  };
  return jsx("input", {
    ref: box,
    id,
    type: "date",
    className: "input small",
    defaultValue: value,
    min: FIRST,
    onChange: change,
  });
}
