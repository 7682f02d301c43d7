// What a program needs to play: the module, a session over any transport, and what it shows.

export * from "./core/client";
export * from "./core/desk";
export * from "./core/land";
export * from "./core/load-land";
export * from "./core/module";
export * from "./core/world";
export * from "./net/api";
export * from "./net/connection";
export * from "./net/desk";
export * from "./net/dialer";
export * from "./net/line";
export { type Place as KeptPlace, placeFrom, PlaceStore } from "./net/place";
export * from "./net/session";
export * from "./net/webtransport";
export * from "./player";
