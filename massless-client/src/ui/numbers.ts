// Numbers as people read them. Pure: time in ticks of 50 ms, ratios in basis points.

import { TICKS_PER_SECOND } from "massless/core/world";

const GROUPED = new Intl.NumberFormat("en");

/** A whole number with its thousands apart. */
export function grouped(value: number): string {
  return GROUPED.format(Math.trunc(value));
}

/** At most `digits` decimals, without zeros at the end. */
export function trimmed(value: number, digits = 1): string {
  return String(Number(value.toFixed(digits)));
}

/** Seconds of ticks: "1.5 s", "45 s", "10 min". */
export function duration(ticks: number): string {
  const seconds = ticks / TICKS_PER_SECOND;
  if (seconds < 60) return `${trimmed(seconds, 2)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** What is left of a time, as short as it fits on an icon: "0.8", "7", "3m". */
export function leftShort(ticks: number): string {
  const seconds = ticks / TICKS_PER_SECOND;
  if (seconds <= 0) return "";
  if (seconds < 1) return (Math.ceil(seconds * 10) / 10).toFixed(1);
  if (seconds < 60) return String(Math.ceil(seconds));
  if (seconds < 3_600) return `${Math.ceil(seconds / 60)}m`;
  return `${Math.ceil(seconds / 3_600)}h`;
}

/** Basis points as percent: 1 428 is "14.3 %". */
export function percent(basisPoints: number): string {
  return `${trimmed(basisPoints / 100, 1)} %`;
}

/** Basis points with their sign: "+8 %", "−30 %". */
export function signedPercent(basisPoints: number): string {
  return `${sign(basisPoints)}${trimmed(Math.abs(basisPoints) / 100, 1)} %`;
}

/** A number with its sign: "+4", "−2", "±0". */
export function signed(value: number): string {
  return `${sign(value)}${trimmed(Math.abs(value), 2)}`;
}

function sign(value: number): string {
  return value > 0 ? "+" : value < 0 ? "−" : "±";
}

/** Metres: "3 m", "2.5 m". */
export function metres(value: number): string {
  return `${trimmed(value, 1)} m`;
}

/** A share as the width of a bar. */
export function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(Math.max(part / whole, 0), 1);
}

/** How dangerous something of another level is, by what it is worth to a character. */
export type Danger = "deadly" | "hard" | "even" | "easy" | "trivial";

/** Colour class of a level: from much above one's own to worth nothing. */
export function dangerOf(own: number, other: number): Danger {
  const difference = own - other;
  if (difference <= -5) return "deadly";
  if (difference <= -2) return "hard";
  if (difference <= 2) return "even";
  return difference <= 10 ? "easy" : "trivial";
}
