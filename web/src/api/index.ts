// What the features may use of the server.
export * from "./endpoints";
export * from "./placed";
export * from "./problem";
export * from "./types";
