export {
  type Application,
  applicationResource,
  keysOfApplication,
  keysOfPointer,
  refreshAnnotation,
  trimApplication,
} from "./application.ts";
export { type ApplicationState, deliveryOf, failedInPassing, revisionsOf } from "./delivery.ts";
