/** Errors and answers of the adapters behind HTTP. */
/** A request that is malformed or not allowed. Its message is sent to the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  /** The status code of HTTP. */
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** A response whose body is `value` as JSON. */
export const json = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } })

/**
 * The response to a failed request. Only an HttpError is described to the client; every other error goes to `report`.
 */
export function failed(error: unknown, report: (error: unknown) => void): Response {
  if (error instanceof HttpError) return json({ error: error.message }, error.code)
  report(error)
  return json({ error: 'the request could not be answered now' }, 500)
}
