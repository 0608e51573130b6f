/** The part of WebAssembly's API that is used: Node's types have it only together with those of browsers. */

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<object>
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly
