export { createFlux } from "./flux.ts";
