export { createArgoCD } from "./argo-cd.ts";
