// What a line of the chat asks for, and which tab shows which channel. Pure.

import type { PastChannel, PastLine } from "massless/core/desk";

/** The rules' bounds of a message: letters, and bytes in UTF-8. */
export const SCALARS_MAX = 200;
const BYTES_MAX = 600;

/** A message as it may be sent, or nothing. */
export function tidiedMessage(text: string): string {
  const scalars = [...text.normalize("NFC").trim()].slice(0, SCALARS_MAX);
  const encoder = new TextEncoder();
  while (encoder.encode(scalars.join("")).length > BYTES_MAX) scalars.pop();
  return scalars.join("");
}

/** Channels by their numbers in the rules, section 13. */
export const Channel = { Local: 1, Zone: 2, Faction: 3, Global: 4, Whisper: 5, Party: 6, Guild: 7, Trade: 8, System: 9 } as const;

export const CHANNEL_NAMES: Readonly<Record<number, string>> = {
  [Channel.Zone]: "Zone", [Channel.Faction]: "Faction", [Channel.Global]: "World", [Channel.Whisper]: "Whisper",
  [Channel.Party]: "Party", [Channel.Guild]: "Guild", [Channel.Trade]: "Trade", [Channel.System]: "System",
};

/** The tabs: all lines, or those of one channel. */
export const CHAT_TABS = ["all", "local", "zone", "faction", "global", "trade", "whisper", "party", "system"] as const;
export type ChatTab = (typeof CHAT_TABS)[number];

export const TAB_LABELS: Readonly<Record<ChatTab, string>> = {
  all: "All", local: "Local", zone: "Zone", faction: "Faction", global: "World", trade: "Trade", whisper: "Whisper", party: "Party", system: "System",
};

const TAB_CHANNELS: Readonly<Record<ChatTab, number | undefined>> = {
  all: undefined, local: Channel.Local, zone: Channel.Zone, faction: Channel.Faction, global: Channel.Global, trade: Channel.Trade,
  whisper: Channel.Whisper, party: Channel.Party, system: Channel.System,
};

/** The channel that a line typed in a tab goes to; nobody talks on the system's. */
export function channelOf(tab: ChatTab): number {
  const channel = TAB_CHANNELS[tab];
  return channel === undefined || channel === Channel.System ? Channel.Local : channel;
}

/** Whether a tab shows a channel. */
export function shows(tab: ChatTab, channel: number): boolean {
  return tab === "all" || TAB_CHANNELS[tab] === channel;
}

/** The tab of a channel; those without one are under "all" only. */
export function tabOf(channel: number): ChatTab | undefined {
  return CHAT_TABS.find((tab) => TAB_CHANNELS[tab] === channel);
}

/** Channels whose talk is kept for an hour, as the books call them. */
export const PAST_CHANNELS: readonly (readonly [number, PastChannel])[] = [
  [Channel.Zone, "zone"], [Channel.Faction, "faction"], [Channel.Global, "global"], [Channel.Trade, "trade"], [Channel.System, "system"],
];

/** A line on a channel, as one is heard or was said before. */
export interface ChannelLine {
  readonly name: string;
  readonly text: string;
  readonly channel: number;
}

/** What was said on each channel before one came. */
export type PastTalk = readonly (readonly [number, readonly PastLine[]])[];

/**
 * What was said before one came, oldest first: without what one has heard oneself, and without those
 * one does not want to hear. A line said twice and heard once is shown once: the newer one was heard.
 */
export function pastTalk(said: PastTalk, heard: readonly ChannelLine[], blocked: ReadonlySet<string> = new Set()): ChannelLine[] {
  const keyOf = ({ channel, name, text }: ChannelLine): string => JSON.stringify([channel, name, text]);
  const known = new Map<string, number>();
  for (const line of heard) known.set(keyOf(line), (known.get(keyOf(line)) ?? 0) + 1);
  const isNew = (line: ChannelLine): boolean => {
    const left = known.get(keyOf(line)) ?? 0;
    known.set(keyOf(line), left - 1);
    return left <= 0;
  };
  return said
    .flatMap(([channel, lines]) => lines.map((line) => ({ ...line, channel })))
    .filter(({ name }) => !blocked.has(name))
    .sort((a, b) => a.at - b.at)
    .map(({ name, text, channel }) => ({ name, text, channel }))
    .reverse()
    .filter(isNew)
    .reverse();
}

/** What the empty line says. */
export function placeholderOf(tab: ChatTab, whom: string): string {
  switch (channelOf(tab)) {
    case Channel.Zone:
      return "Say something to the zone";
    case Channel.Faction:
      return "Say something to your faction";
    case Channel.Global:
      return "Say something to everybody";
    case Channel.Trade:
      return "Offer something to the zone";
    case Channel.Party:
      return "Say something to your party";
    case Channel.Whisper:
      return whom === "" ? "/w name text whispers to somebody" : `Whisper to ${whom}`;
    default:
      return "Say something to those nearby";
  }
}

/** What a line in the chat asks for. */
export type Spoken =
  | { readonly type: "say"; readonly channel: number; readonly text: string }
  | { readonly type: "whisper"; readonly name: string; readonly text: string }
  | { readonly type: "reply"; readonly text: string }
  | { readonly type: "invite"; readonly name: string }
  | { readonly type: "friend"; readonly name: string }
  | { readonly type: "block"; readonly name: string }
  | { readonly type: "leave" }
  | { readonly type: "unknown"; readonly sentence: string };

const CHANNELS: Readonly<Record<string, number>> = {
  s: Channel.Local, say: Channel.Local, z: Channel.Zone, zone: Channel.Zone, f: Channel.Faction, faction: Channel.Faction,
  g: Channel.Global, global: Channel.Global, world: Channel.Global, t: Channel.Trade, trade: Channel.Trade, p: Channel.Party, party: Channel.Party,
};
const WITH_NAME: Readonly<Record<string, "invite" | "friend" | "block">> = { invite: "invite", friend: "friend", block: "block" };
const HELP = "Commands: /z zone, /f faction, /g world, /t trade, /p party, /w name text, /r answer, /invite, /friend and /block name, /leave (the party).";

/** Reads a line: a word after a slash is a command, the rest goes to `channel`. */
export function spoken(line: string, channel: number = Channel.Local): Spoken {
  const [, word = "", rest = ""] = /^\/(\S*)\s*(.*)$/su.exec(line) ?? [];
  if (!line.startsWith("/")) return channel === Channel.Whisper ? { type: "reply", text: line } : { type: "say", channel, text: line };
  const command = word.toLowerCase();
  const named = CHANNELS[command];
  if (named !== undefined && rest !== "") return { type: "say", channel: named, text: rest };
  if (command === "w" || command === "whisper" || command === "tell") {
    const [, name = "", text = ""] = /^(\S+)\s+(.+)$/su.exec(rest) ?? [];
    if (text !== "") return { type: "whisper", name, text };
  }
  if (command === "r" && rest !== "") return { type: "reply", text: rest };
  const type = WITH_NAME[command];
  if (type !== undefined && rest !== "") return { type, name: rest };
  return command === "leave" ? { type: "leave" } : { type: "unknown", sentence: HELP };
}
