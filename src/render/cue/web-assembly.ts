/** What is used of Node's WebAssembly, which only a browser's types describe. */
export interface WasmMemory {
  /** Another one each time that the memory has grown. */
  readonly buffer: ArrayBuffer;
}

/** Compiled code; threads share it when it is posted to them. */
export type WasmModule = object;

export type WasmFunction = (...args: never[]) => unknown;
export type WasmImports = Record<string, Record<string, WasmFunction>>;

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  readonly Module: {
    imports(module: WasmModule): { module: string; name: string; kind: string }[];
  };
  readonly Instance: new (
    module: WasmModule,
    imports: WasmImports,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

export const webAssembly: WebAssemblyApi = (
  globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }
).WebAssembly;
