import type { CueAnswer, CueRequest } from "./protocol.ts";

/** CUE, wherever it runs. */
export interface CueEvaluator {
  /**
   * Errors of the source are in the answer.
   * @throws ForgeError SourceTooCostly beyond the limits of time and memory; RendererUnavailable;
   *   RenderingFailed when the evaluator itself is at fault
   */
  evaluate(request: CueRequest, signal: AbortSignal): Promise<CueAnswer>;
}
